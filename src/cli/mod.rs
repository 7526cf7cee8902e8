//! The command line: the only place with arguments, environment, working directory and stdout.
