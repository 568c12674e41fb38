//! The life of a bottle: prepare, launch, attach, tear down, settle

pub mod backend;
