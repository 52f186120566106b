"""From the entries of a form to people: fields, transforms, problems."""
