//! Reduced pure strategies: what a player does wherever its own earlier moves can bring it.

use super::{normal::NormalForm, tree::Tree};

/// An action for each information set of the tree, by its index; none where the player's own moves keep it away, and at
/// the sets of others.
pub type Plan = Vec<Option<usize>>;

/// A game with its strategies.
#[derive(Clone, Debug)]
pub struct Strategic {
    /// For each player, its plans.
    pub plans: Vec<Vec<Plan>>,
    pub normal: NormalForm,
}

impl Tree {
    /// All reduced pure strategies of a player.
    pub fn plans(&self, player: usize) -> Vec<Plan> {
        self.extend(vec![None; self.information().len()], player, None)
    }

    /// Every way to fill in the information sets that come right after `last`, and all that follow.
    fn extend(&self, plan: Plan, player: usize, last: Option<(usize, usize)>) -> Vec<Plan> {
        let next = self
            .information()
            .iter()
            .enumerate()
            .filter(|(_, set)| set.player == player && set.after == last);
        let mut plans = vec![plan];
        for (at, set) in next {
            plans = plans
                .into_iter()
                .flat_map(|plan| {
                    (0..set.actions.len()).flat_map(move |action| {
                        let mut plan = plan.clone();
                        plan[at] = Some(action);
                        self.extend(plan, player, Some((at, action)))
                    })
                })
                .collect();
        }
        plans
    }

    /// A plan in words: `information set: action`, separated by semicolons; sets with one action are left out.
    pub fn describe(&self, plan: &Plan) -> String {
        let words: Vec<_> = plan
            .iter()
            .zip(self.information())
            .filter(|(_, set)| set.actions.len() > 1)
            .filter_map(|(action, set)| action.map(|action| format!("{}: {}", set.name, set.actions[action])))
            .collect();
        words.join("; ")
    }

    /// The normal form of reduced strategies.
    pub fn strategic(&self) -> Strategic {
        let plans: Vec<Vec<Plan>> = (0..self.players().len()).map(|player| self.plans(player)).collect();
        let names = plans
            .iter()
            .map(|plans| plans.iter().map(|plan| self.describe(plan)).collect())
            .collect();
        let normal = NormalForm::from_fn(self.players().to_vec(), names, |profile| {
            self.play(&|information| self.choice(&plans, profile, information))
                .payoffs
        });
        Strategic { plans, normal }
    }

    /// What the profile of these plans does at an information set.
    pub fn choice(&self, plans: &[Vec<Plan>], profile: &[usize], information: usize) -> Option<usize> {
        let player = self.information()[information].player;
        plans[player][profile[player]][information]
    }
}
