"""The client's contract with a Moodle: the practice one, or any that is named.

Without settings the suite runs on the practice Moodle. With MOODLE_URL and MOODLE_TOKEN
(`make live`) it runs on that site, and writes in the course MOODLE_COURSE alone. What it
makes is named `mb-live-...` and is gone when it ends; what cannot be taken away again by
the token's service is not made.
"""
