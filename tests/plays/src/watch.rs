//! What looks on while a script is played.

use surety_native::Answer;

use crate::action::{Action, Play};
use crate::scene::Scene;

/// Looks on; what it finds wrong ends the play.
pub trait Watch {
    /// Before the first action.
    fn begin(&mut self, _scene: &Scene) {}

    /// Before a call is made, at its time.
    fn before(&mut self, _scene: &Scene, _play: &Play, _now: u64) -> Result<(), String> {
        Ok(())
    }

    /// After an action, at the time that it left; with the answer if it was a call.
    fn after(&mut self, _scene: &Scene, _action: &Action, _now: u64, _answer: Option<&Answer>) -> Result<(), String> {
        Ok(())
    }

    /// After the last action.
    fn end(&mut self, _scene: &Scene) -> Result<(), String> {
        Ok(())
    }
}

/// Nobody.
impl Watch for () {}
