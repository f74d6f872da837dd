//! All equilibria of two players, degenerate games included.
//!
//! The extreme equilibria are the completely labelled pairs of vertices of the two best-reply polytopes; every
//! equilibrium is a convex combination within one maximal set of pairwise exchangeable ones (Mangasarian 1964; Avis,
//! Rosenberg, Savani and von Stengel 2010). Vertices are enumerated with the double description method on whole
//! numbers, so no support is left out and nothing is rounded. The half-space that cuts the fewest pairs of rays comes
//! first: these games are degenerate, and in the order of the strategies the rays on the way are many more than the
//! vertices in the end.

use std::collections::BTreeSet;

use num_bigint::BigInt;
use num_integer::Integer as _;
use num_traits::{One as _, Signed as _, Zero as _};

use super::rational::Rational;

/// Vertices of one polytope, or exchangeable sets, beyond which enumeration is given up.
const LIMIT: usize = 20_000;
/// Strategies of both players together: a bit for each.
const MOST: usize = 127;

/// A game that is too large to enumerate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the game is too large to enumerate: {rows} by {columns} strategies; at most {MOST} together and {LIMIT} vertices"
)]
pub struct TooLarge {
    pub rows: usize,
    pub columns: usize,
}

/// Payoffs of the row player and of the column player, up to a positive scale each.
#[derive(Clone, Debug)]
pub struct Bimatrix {
    row: Vec<Vec<BigInt>>,
    column: Vec<Vec<BigInt>>,
}

/// All equilibria of a game of two.
#[derive(Clone, Debug, Default)]
pub struct Equilibria {
    /// Lotteries of the row player that occur in extreme equilibria.
    pub rows: Vec<Vec<Rational>>,
    /// Lotteries of the column player that do.
    pub columns: Vec<Vec<Rational>>,
    /// Extreme equilibria, by indices of the two lists.
    pub extreme: Vec<(usize, usize)>,
    /// Maximal exchangeable sets: any mixture of the row lotteries with any mixture of the column lotteries is an
    /// equilibrium, and there is no other. Each has one pair unless the game is degenerate.
    pub sets: Vec<(Vec<usize>, Vec<usize>)>,
    /// Connected components, as lists of indices of `sets`.
    pub components: Vec<Vec<usize>>,
}

/// A corner of a best-reply polytope: a lottery, and a bit for each own strategy that it does not use and for each of
/// the other's that is a best reply to it.
struct Vertex {
    lottery: Vec<Rational>,
    labels: u128,
}

impl Bimatrix {
    /// Both tables have a line for each of the row player's strategies.
    pub fn new(row: Vec<Vec<BigInt>>, column: Vec<Vec<BigInt>>) -> Self {
        Self { row, column }
    }

    /// Enumerates all equilibria.
    pub fn equilibria(&self) -> Result<Equilibria, TooLarge> {
        let (rows, columns) = (self.row.len(), self.row.first().map_or(0, Vec::len));
        let error = TooLarge { rows, columns };
        if rows + columns > MOST {
            return Err(error);
        }
        // What the column player gets limits the row player's lotteries, and the other way round.
        let by_column: Vec<Vec<BigInt>> = (0..columns)
            .map(|c| self.column.iter().map(|line| line[c].clone()).collect())
            .collect();
        let left = vertices(&by_column, rows).ok_or(error)?;
        let right = vertices(&self.row, columns).ok_or(error)?;
        let all = (1u128 << (rows + columns)) - 1;
        // Right vertices have the column player's unused strategies first; bring the labels into the left's order.
        let turn = |labels: u128| {
            let unused = labels & ((1 << columns) - 1);
            (unused << rows) | (labels >> columns)
        };
        let pairs: Vec<(usize, usize)> = left
            .iter()
            .enumerate()
            .flat_map(|(x, vertex)| {
                right
                    .iter()
                    .enumerate()
                    .filter(move |(_, other)| vertex.labels | turn(other.labels) == all)
                    .map(move |(y, _)| (x, y))
            })
            .collect();
        Equilibria::collect(&left, &right, &pairs).ok_or(error)
    }
}

impl Equilibria {
    fn collect(left: &[Vertex], right: &[Vertex], pairs: &[(usize, usize)]) -> Option<Self> {
        let xs: Vec<usize> = BTreeSet::from_iter(pairs.iter().map(|pair| pair.0))
            .into_iter()
            .collect();
        let ys: Vec<usize> = BTreeSet::from_iter(pairs.iter().map(|pair| pair.1))
            .into_iter()
            .collect();
        let place = |list: &[usize], item: usize| list.binary_search(&item).unwrap_or_default();
        let extreme: Vec<(usize, usize)> = pairs.iter().map(|&(x, y)| (place(&xs, x), place(&ys, y))).collect();
        let sets = exchangeable(&extreme, xs.len())?;
        let components = connected(&sets);
        Some(Self {
            rows: xs.iter().map(|&x| left[x].lottery.clone()).collect(),
            columns: ys.iter().map(|&y| right[y].lottery.clone()).collect(),
            extreme,
            sets,
            components,
        })
    }
}

/// Corners of { lotteries over `own` strategies, value v | no line of `replies` earns the other more than v }, with the
/// own strategies' labels first.
fn vertices(replies: &[Vec<BigInt>], own: usize) -> Option<Vec<Vertex>> {
    // Positive payoffs make the polytope { x >= 0, reply . x <= 1 } bounded; a shift changes no best reply.
    let least = replies.iter().flatten().min()?;
    let lift = BigInt::one() - least;
    // A ray is (scale, x): first the rays of the positive orthant, then one more half-space at a time.
    let mut rays: Vec<(Vec<BigInt>, u128)> = (0..=own)
        .map(|axis| {
            let ray = (0..=own).map(|at| if at == axis { BigInt::one() } else { BigInt::zero() });
            // Bit k < own: x_k is zero. A scale of zero needs no bit: the first half-space leaves no such ray.
            let zero = (0..own).filter(|&k| k + 1 != axis).fold(0, |bits, k| bits | 1 << k);
            (ray.collect(), zero)
        })
        .collect();
    let mut left: Vec<usize> = (0..replies.len()).collect();
    while !left.is_empty() {
        let sides = left.iter().enumerate().map(|(place, &number)| {
            let slacks = slacks(&rays, &replies[number], &lift);
            let above = slacks.iter().filter(|slack| slack.is_positive()).count();
            let below = slacks.iter().filter(|slack| slack.is_negative()).count();
            (above * below, place, slacks)
        });
        let (_, place, slacks) = sides.min_by_key(|(pairs, place, _)| (*pairs, *place))?;
        let number = left.remove(place);
        rays = cut(rays, &slacks, own + 1, own + number)?;
    }
    let vertices = rays.into_iter().filter_map(|(ray, labels)| {
        let weight: BigInt = ray[1..].iter().sum();
        // The corner x = 0 belongs to no lottery.
        (!weight.is_zero()).then(|| Vertex {
            lottery: ray[1..]
                .iter()
                .map(|part| Rational::new(part.clone(), weight.clone()))
                .collect(),
            labels,
        })
    });
    Some(vertices.collect())
}

/// How far each ray is inside the half-space scale - (reply + lift) . x >= 0.
fn slacks(rays: &[(Vec<BigInt>, u128)], reply: &[BigInt], lift: &BigInt) -> Vec<BigInt> {
    let cost: Vec<BigInt> = reply.iter().map(|payoff| payoff + lift).collect();
    let slack = |ray: &[BigInt]| -> BigInt {
        let used: BigInt = cost.iter().zip(&ray[1..]).map(|(cost, part)| cost * part).sum();
        &ray[0] - used
    };
    rays.iter().map(|(ray, _)| slack(ray)).collect()
}

/// Rays of the cone of this dimension that is left inside a half-space, which gets label `bit`.
fn cut(
    rays: Vec<(Vec<BigInt>, u128)>,
    slacks: &[BigInt],
    dimension: usize,
    bit: usize,
) -> Option<Vec<(Vec<BigInt>, u128)>> {
    let mut next = Vec::new();
    for (above, (high, high_zero)) in rays.iter().enumerate().filter(|(at, _)| slacks[*at].is_positive()) {
        for (below, (low, low_zero)) in rays.iter().enumerate().filter(|(at, _)| slacks[*at].is_negative()) {
            let shared = high_zero & low_zero;
            // An edge of a cone of dimension d lies on at least d - 2 facets, and on those of no third ray.
            let adjacent = shared.count_ones() as usize + 2 >= dimension
                && rays
                    .iter()
                    .enumerate()
                    .all(|(at, (_, zero))| at == above || at == below || shared & !zero != 0);
            if adjacent {
                let ray = high
                    .iter()
                    .zip(low)
                    .map(|(high, low)| high * -&slacks[below] + low * &slacks[above])
                    .collect();
                next.push((reduced(ray), shared | 1 << bit));
            }
        }
    }
    for (at, (ray, zero)) in rays.into_iter().enumerate() {
        if slacks[at].is_zero() {
            next.push((ray, zero | 1 << bit));
        } else if slacks[at].is_positive() {
            next.push((ray, zero));
        }
    }
    (next.len() <= LIMIT).then_some(next)
}

fn reduced(mut ray: Vec<BigInt>) -> Vec<BigInt> {
    let divisor = ray.iter().fold(BigInt::zero(), |divisor, part| divisor.gcd(part));
    if !divisor.is_zero() {
        for part in &mut ray {
            *part /= &divisor;
        }
    }
    ray
}

/// Maximal bicliques of the graph of extreme equilibria: intersections of neighbourhoods, with all that share them.
fn exchangeable(extreme: &[(usize, usize)], rows: usize) -> Option<Vec<(Vec<usize>, Vec<usize>)>> {
    let mut neighbours = vec![BTreeSet::new(); rows];
    for &(x, y) in extreme {
        neighbours[x].insert(y);
    }
    let mut closed: BTreeSet<BTreeSet<usize>> = BTreeSet::new();
    for own in &neighbours {
        let met: Vec<_> = closed
            .iter()
            .map(|known| known & own)
            .filter(|met| !met.is_empty())
            .collect();
        closed.extend(met);
        closed.insert(own.clone());
        if closed.len() > LIMIT {
            return None;
        }
    }
    let sets = closed.into_iter().map(|ys| {
        let xs = (0..rows).filter(|&x| ys.is_subset(&neighbours[x])).collect();
        (xs, ys.into_iter().collect())
    });
    Some(sets.collect())
}

/// Sets that share an equilibrium hang together.
fn connected(sets: &[(Vec<usize>, Vec<usize>)]) -> Vec<Vec<usize>> {
    let touch = |a: &(Vec<usize>, Vec<usize>), b: &(Vec<usize>, Vec<usize>)| {
        a.0.iter().any(|x| b.0.contains(x)) && a.1.iter().any(|y| b.1.contains(y))
    };
    let mut components: Vec<Vec<usize>> = Vec::new();
    for (at, set) in sets.iter().enumerate() {
        let (joined, mut rest): (Vec<_>, Vec<_>) = components
            .into_iter()
            .partition(|component| component.iter().any(|&other| touch(set, &sets[other])));
        let mut component: Vec<usize> = joined.into_iter().flatten().collect();
        component.push(at);
        component.sort_unstable();
        rest.push(component);
        components = rest;
    }
    components
}
