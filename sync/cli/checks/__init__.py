"""What `moodle-bridge check` looks at; nothing is sent, posted or marked."""
