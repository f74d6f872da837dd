//! The contracts as native code.

surety_native::suite!(surety_native::Native);
