"""The command line: arguments, options, output and the exit status."""
