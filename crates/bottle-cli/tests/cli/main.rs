//! What the program prints and how it ends, without an engine.

#[cfg(test)]
mod cases;
#[cfg(test)]
mod picture;
#[cfg(test)]
mod suggest;
