//! Finite games in extensive form: decisions with information sets, chance, payoffs.

use std::collections::HashMap;

use num_traits::{One as _, Signed as _, Zero as _};

use super::rational::Rational;

/// Why a game is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TreeError {
    #[error("no node {0}: nodes are made before they are used")]
    NoSuchNode(usize),
    #[error("node {0} is reached in more than one way, or in none: every node but the root has one parent")]
    NotATree(usize),
    #[error("player {0} does not exist")]
    NoSuchPlayer(usize),
    #[error("`{label}` pays {found} players, the game has {expected}")]
    PayoffCount {
        label: String,
        found: usize,
        expected: usize,
    },
    #[error("information set `{0}` offers other actions at one of its nodes than at another, or none at all")]
    Actions(String),
    #[error("the chances of node {0} are not positive numbers that sum to 1")]
    Chances(usize),
    #[error("at information set `{0}` the player has forgotten what it knew or did")]
    Recall(String),
}

/// A point of the game.
#[derive(Clone, Debug)]
pub enum Node {
    /// Whose information set it belongs to moves; one child for each of its actions.
    Decision { information: usize, children: Vec<usize> },
    /// Probability and child.
    Chance { branches: Vec<(Rational, usize)> },
    /// The end, with a payoff for each player.
    End { label: String, payoffs: Vec<Rational> },
}

/// What a player cannot tell apart.
#[derive(Clone, Debug)]
pub struct Information {
    pub player: usize,
    pub name: String,
    pub actions: Vec<String>,
    pub nodes: Vec<usize>,
    /// The player's last move before this one: information set and action. Perfect recall makes it the same at every node.
    pub after: Option<(usize, usize)>,
}

/// A checked game tree of perfect recall.
#[derive(Clone, Debug)]
pub struct Tree {
    players: Vec<String>,
    nodes: Vec<Node>,
    information: Vec<Information>,
    root: usize,
}

/// Builds a tree from its leaves up.
#[derive(Clone, Debug, Default)]
pub struct Builder {
    players: Vec<String>,
    nodes: Vec<Node>,
    information: Vec<Information>,
    known: HashMap<(usize, String), usize>,
}

impl Builder {
    pub fn new(players: &[&str]) -> Self {
        Self {
            players: players.iter().map(|&name| name.to_owned()).collect(),
            ..Self::default()
        }
    }

    /// An end of the game. Ends with the same label count as the same outcome.
    pub fn end(&mut self, label: impl Into<String>, payoffs: Vec<Rational>) -> Result<usize, TreeError> {
        let label = label.into();
        if payoffs.len() != self.players.len() {
            return Err(TreeError::PayoffCount {
                label,
                found: payoffs.len(),
                expected: self.players.len(),
            });
        }
        Ok(self.push(Node::End { label, payoffs }))
    }

    /// A random move, whose probabilities make one in all.
    pub fn chance(&mut self, branches: Vec<(Rational, usize)>) -> Result<usize, TreeError> {
        let here = self.nodes.len();
        let sum: Rational = branches.iter().map(|(chance, _)| chance).sum();
        if !sum.is_one() || branches.iter().any(|(chance, _)| chance.is_negative()) {
            return Err(TreeError::Chances(here));
        }
        Ok(self.push(Node::Chance { branches }))
    }

    /// A move of `player`, who knows only that it is at `information`. Actions come with their nodes.
    pub fn decision(
        &mut self,
        player: usize,
        information: &str,
        moves: Vec<(&str, usize)>,
    ) -> Result<usize, TreeError> {
        if player >= self.players.len() {
            return Err(TreeError::NoSuchPlayer(player));
        }
        let (actions, children): (Vec<_>, Vec<_>) = moves.into_iter().unzip();
        let here = self.nodes.len();
        let key = (player, information.to_owned());
        let set = *self.known.entry(key).or_insert_with(|| {
            self.information.push(Information {
                player,
                name: information.to_owned(),
                actions: actions.iter().map(|&action| action.to_owned()).collect(),
                nodes: Vec::new(),
                after: None,
            });
            self.information.len() - 1
        });
        if actions.is_empty() || self.information[set].actions != actions {
            return Err(TreeError::Actions(information.to_owned()));
        }
        self.information[set].nodes.push(here);
        Ok(self.push(Node::Decision {
            information: set,
            children,
        }))
    }

    fn push(&mut self, node: Node) -> usize {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    /// The game that starts at `root`.
    pub fn finish(self, root: usize) -> Result<Tree, TreeError> {
        let mut tree = Tree {
            players: self.players,
            nodes: self.nodes,
            information: self.information,
            root,
        };
        tree.check()?;
        Ok(tree)
    }
}

impl Tree {
    pub fn players(&self) -> &[String] {
        &self.players
    }

    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    pub fn information(&self) -> &[Information] {
        &self.information
    }

    pub fn root(&self) -> usize {
        self.root
    }

    /// Walks from the root, so that loops, orphans and forgetful players show.
    fn check(&mut self) -> Result<(), TreeError> {
        let mut reached = vec![false; self.nodes.len()];
        let mut remembered: Vec<Option<Option<(usize, usize)>>> = vec![None; self.information.len()];
        let mut stack = vec![(self.root, vec![None; self.players.len()])];
        while let Some((at, last)) = stack.pop() {
            let seen = reached.get_mut(at).ok_or(TreeError::NoSuchNode(at))?;
            if std::mem::replace(seen, true) {
                return Err(TreeError::NotATree(at));
            }
            match &self.nodes[at] {
                Node::End { .. } => {}
                Node::Chance { branches } => stack.extend(branches.iter().map(|&(_, child)| (child, last.clone()))),
                Node::Decision { information, children } => {
                    let set = &self.information[*information];
                    let mine = last[set.player];
                    if *remembered[*information].get_or_insert(mine) != mine {
                        return Err(TreeError::Recall(set.name.clone()));
                    }
                    for (action, &child) in children.iter().enumerate() {
                        let mut after = last.clone();
                        after[set.player] = Some((*information, action));
                        stack.push((child, after));
                    }
                }
            }
        }
        if let Some(orphan) = reached.iter().position(|reached| !reached) {
            return Err(TreeError::NotATree(orphan));
        }
        for (set, remembered) in self.information.iter_mut().zip(remembered) {
            set.after = remembered.flatten();
        }
        Ok(())
    }

    /// The game from `root` on, where each node of `ends` is an end that pays what stands beside it. Its information
    /// sets keep their names. `root` must not cut an information set ([`Tree::subgame_roots`]).
    pub(super) fn part(&self, root: usize, ends: &HashMap<usize, Vec<Rational>>) -> Result<Tree, TreeError> {
        let names: Vec<_> = self.players.iter().map(String::as_str).collect();
        let mut builder = Builder::new(&names);
        let root = self.copy(&mut builder, root, ends)?;
        builder.finish(root)
    }

    fn copy(&self, builder: &mut Builder, at: usize, ends: &HashMap<usize, Vec<Rational>>) -> Result<usize, TreeError> {
        if let Some(payoffs) = ends.get(&at) {
            return builder.end(at.to_string(), payoffs.clone());
        }
        match &self.nodes[at] {
            Node::End { label, payoffs } => builder.end(label, payoffs.clone()),
            Node::Chance { branches } => {
                let branches: Result<Vec<_>, _> = branches
                    .iter()
                    .map(|(chance, child)| Ok((chance.clone(), self.copy(builder, *child, ends)?)))
                    .collect();
                builder.chance(branches?)
            }
            Node::Decision { information, children } => {
                let set = &self.information[*information];
                let moves: Result<Vec<_>, _> = set
                    .actions
                    .iter()
                    .zip(children)
                    .map(|(action, &child)| Ok((action.as_str(), self.copy(builder, child, ends)?)))
                    .collect();
                builder.decision(set.player, &set.name, moves?)
            }
        }
    }

    /// Nodes at which a game of its own starts: no information set reaches both inside and outside.
    pub fn subgame_roots(&self) -> Vec<usize> {
        (0..self.nodes.len())
            .filter(|&at| !matches!(self.nodes[at], Node::End { .. }) && self.is_subgame(at))
            .collect()
    }

    fn is_subgame(&self, root: usize) -> bool {
        let inside = self.below(root);
        inside.iter().all(|&at| match &self.nodes[at] {
            Node::Decision { information, .. } => self.information[*information]
                .nodes
                .iter()
                .all(|node| inside.contains(node)),
            _ => true,
        })
    }

    /// `root` and everything that can follow it.
    pub(super) fn below(&self, root: usize) -> std::collections::HashSet<usize> {
        let mut inside = std::collections::HashSet::new();
        let mut stack = vec![root];
        while let Some(at) = stack.pop() {
            inside.insert(at);
            stack.extend(self.children(at));
        }
        inside
    }

    pub(super) fn children(&self, at: usize) -> Vec<usize> {
        match &self.nodes[at] {
            Node::End { .. } => Vec::new(),
            Node::Chance { branches } => branches.iter().map(|&(_, child)| child).collect(),
            Node::Decision { children, .. } => children.clone(),
        }
    }

    /// What a strategy profile pays and where it ends: each player's action at each information set, none where its own
    /// earlier moves keep it away.
    pub fn play(&self, choose: &dyn Fn(usize) -> Option<usize>) -> Play<'_> {
        let mut play = Play {
            payoffs: vec![Rational::zero(); self.players.len()],
            ends: Vec::new(),
        };
        self.follow(self.root, Rational::one(), choose, &mut play);
        play
    }

    fn follow<'t>(&'t self, at: usize, chance: Rational, choose: &dyn Fn(usize) -> Option<usize>, play: &mut Play<'t>) {
        match &self.nodes[at] {
            Node::End { label, payoffs } => {
                for (sum, payoff) in play.payoffs.iter_mut().zip(payoffs) {
                    if sum.is_zero() && chance.is_one() {
                        sum.clone_from(payoff);
                    } else {
                        *sum += &chance * payoff;
                    }
                }
                play.ends.push((label, chance));
            }
            Node::Chance { branches } => {
                for (part, child) in branches.iter().filter(|(part, _)| !part.is_zero()) {
                    self.follow(*child, &chance * part, choose, play);
                }
            }
            Node::Decision { information, children } => {
                // A reduced strategy says nothing only where its player does not come.
                if let Some(&child) = choose(*information).and_then(|action| children.get(action)) {
                    self.follow(child, chance, choose, play);
                }
            }
        }
    }
}

/// Expected payoffs, and the ends with their probabilities.
#[derive(Clone, Debug)]
pub struct Play<'t> {
    pub payoffs: Vec<Rational>,
    pub ends: Vec<(&'t str, Rational)>,
}
