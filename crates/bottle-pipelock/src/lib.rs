//! The second check of a bottle: pipelock.yaml and the data-loss scanner
