"""A day of a course, played on a practice Moodle and a practice post office."""
