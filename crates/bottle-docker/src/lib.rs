//! Carries a bottle's compose project out on a Docker engine
