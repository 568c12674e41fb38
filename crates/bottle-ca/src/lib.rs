//! Certificate authorities and leaf certificates of a bottle, as pure functions
