"""From intake forms to people who are in Moodle: a plan, and then exactly that plan."""
