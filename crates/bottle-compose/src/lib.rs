//! The compose project of a bottle, as types that cannot say more than policy allows
