"""Who is on duty when: rules and layers, compiled to shifts in UTC."""
