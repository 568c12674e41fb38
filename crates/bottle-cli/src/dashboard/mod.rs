//! `bottle dashboard`: what waits for the operator, what bottles do, and what was decided, on one screen.
//!
//! [`model`] is a pure state machine, [`draw`] turns it into a screen, [`shell`] carries its orders out. [`Source`] is where
//! facts come from and decisions go.

mod calls;
mod draw;
mod errand;
mod feed;
mod model;
mod post;
mod screen;
mod shell;
mod view;
