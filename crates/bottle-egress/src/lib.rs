//! The egress policy of a bottle: fold routes, read and write routes.yaml, decide
