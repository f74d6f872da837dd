//! The three contracts together, as native code.

surety_native::suite!(surety_native::Native);
