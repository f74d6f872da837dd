//! The other enumeration: slow, direct, and written without the solver. Only its number type is shared.

use num_rational::BigRational;

pub type Number = BigRational;

pub fn number(value: i64) -> Number {
    Number::from_integer(value.into())
}

pub fn fraction(above: i64, below: i64) -> Number {
    Number::new(above.into(), below.into())
}

/// Payoff tables of row and column player.
pub struct Tables<'t> {
    pub row: &'t [Vec<i64>],
    pub column: &'t [Vec<i64>],
}

pub type Pair = (Vec<Number>, Vec<Number>);

impl Tables<'_> {
    fn rows(&self) -> usize {
        self.row.len()
    }

    fn columns(&self) -> usize {
        self.row[0].len()
    }

    fn row_pays(&self, row: usize, y: &[Number]) -> Number {
        (0..self.columns()).map(|c| number(self.row[row][c]) * &y[c]).sum()
    }

    fn column_pays(&self, column: usize, x: &[Number]) -> Number {
        (0..self.rows()).map(|r| number(self.column[r][column]) * &x[r]).sum()
    }

    /// Nobody gains by any pure deviation.
    pub fn is_equilibrium(&self, x: &[Number], y: &[Number]) -> bool {
        let row_now: Number = (0..self.rows()).map(|r| &x[r] * self.row_pays(r, y)).sum();
        let column_now: Number = (0..self.columns()).map(|c| &y[c] * self.column_pays(c, x)).sum();
        (0..self.rows()).all(|r| self.row_pays(r, y) <= row_now)
            && (0..self.columns()).all(|c| self.column_pays(c, x) <= column_now)
    }

    /// Support enumeration, degenerate games included: every lottery that some support and as many indifferences of the
    /// other player determine uniquely; then all pairs of them that are equilibria.
    pub fn extreme_equilibria(&self) -> Vec<Pair> {
        let (m, n) = (self.rows(), self.columns());
        let xs = determined(m, n, |column, row| self.column[row][column]);
        let ys = determined(n, m, |row, column| self.row[row][column]);
        let mut found: Vec<Pair> = xs
            .iter()
            .flat_map(|x| ys.iter().map(move |y| (x.clone(), y.clone())))
            .filter(|(x, y)| self.is_equilibrium(x, y))
            .collect();
        found.sort();
        found
    }
}

/// Lotteries over `own` strategies with support in S that make the other's strategies T equally good and no other
/// better, for all S and T of one size for which that has one solution. `pays(other's, own)` is the other's payoff.
fn determined(own: usize, other: usize, pays: impl Fn(usize, usize) -> i64) -> Vec<Vec<Number>> {
    let mut found: Vec<Vec<Number>> = Vec::new();
    for support in subsets(own) {
        for tight in subsets(other).filter(|tight| tight.len() == support.len()) {
            // Unknowns: the support's probabilities, then the other's value.
            let mut equations: Vec<Vec<Number>> = tight
                .iter()
                .map(|&t| {
                    let mut line: Vec<Number> = support.iter().map(|&s| number(pays(t, s))).collect();
                    line.extend([number(-1), number(0)]);
                    line
                })
                .collect();
            let mut sum = vec![number(1); support.len()];
            sum.extend([number(0), number(1)]);
            equations.push(sum);
            let Some(solution) = solve(equations) else { continue };
            let mut lottery = vec![number(0); own];
            for (&s, chance) in support.iter().zip(&solution) {
                lottery[s] = chance.clone();
            }
            let value = &solution[support.len()];
            let fits = (0..other).all(|o| {
                let pay: Number = (0..own).map(|s| number(pays(o, s)) * &lottery[s]).sum();
                pay <= *value
            });
            if fits && lottery.iter().all(|chance| *chance >= number(0)) && !found.contains(&lottery) {
                found.push(lottery);
            }
        }
    }
    found
}

fn subsets(size: usize) -> impl Iterator<Item = Vec<usize>> {
    (1..1usize << size).map(move |bits| (0..size).filter(|at| bits >> at & 1 == 1).collect())
}

/// Gauss and Jordan; none unless there is exactly one solution.
fn solve(mut lines: Vec<Vec<Number>>) -> Option<Vec<Number>> {
    let size = lines.len();
    for column in 0..size {
        let pivot = (column..size).find(|&line| lines[line][column] != number(0))?;
        lines.swap(column, pivot);
        let lead = lines[column][column].clone();
        for value in &mut lines[column] {
            *value /= &lead;
        }
        let pivot = lines[column].clone();
        for (_, other) in lines.iter_mut().enumerate().filter(|(line, _)| *line != column) {
            let factor = other[column].clone();
            for (value, part) in other.iter_mut().zip(&pivot) {
                *value -= &factor * part;
            }
        }
    }
    Some(lines.into_iter().map(|line| line[size].clone()).collect())
}

/// All equilibria of a 2x2 game without ties, by the formulas of a textbook.
pub fn two_by_two(row: &[Vec<i64>], column: &[Vec<i64>]) -> Vec<Pair> {
    let pure = |r: usize, c: usize| row[r][c] > row[1 - r][c] && column[r][c] > column[r][1 - c];
    let unit = |at: usize| {
        if at == 0 {
            vec![number(1), number(0)]
        } else {
            vec![number(0), number(1)]
        }
    };
    let mut found: Vec<Pair> = [(0, 0), (0, 1), (1, 0), (1, 1)]
        .into_iter()
        .filter(|&(r, c)| pure(r, c))
        .map(|(r, c)| (unit(r), unit(c)))
        .collect();
    let row_gain = [row[0][0] - row[1][0], row[0][1] - row[1][1]];
    let column_gain = [column[0][0] - column[0][1], column[1][0] - column[1][1]];
    if row_gain[0] * row_gain[1] < 0 && column_gain[0] * column_gain[1] < 0 {
        let x = fraction(column_gain[1], column_gain[1] - column_gain[0]);
        let y = fraction(row_gain[1], row_gain[1] - row_gain[0]);
        found.push((vec![x.clone(), number(1) - x], vec![y.clone(), number(1) - y]));
    }
    found.sort();
    found
}
