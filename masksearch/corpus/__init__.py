"""From dumps and files to documents and passages with their origin."""
