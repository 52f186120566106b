"""The Moodle client: transports, batching, paging, and one file a noun."""
