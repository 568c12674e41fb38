//! A pretend internet and a probe agent: the world in which a bottle is judged
