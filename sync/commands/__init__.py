"""What the commands do; how they are called and shown is the command line's matter."""
