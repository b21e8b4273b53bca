//! Numbers that follow from a seed (xorshift*, then multiplied): the same on every machine.

/// A source of numbers.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// The same seed gives the same numbers.
    pub fn new(seed: u64) -> Dice {
        let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        for _ in 0..8 {
            dice.any();
        }
        dice
    }

    /// Any number.
    pub fn any(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number from 0 up to 1.
    pub fn fraction(&mut self) -> f64 {
        (self.any() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A number from 0 to below `end`.
    pub fn below(&mut self, end: i64) -> i64 {
        (self.fraction() * end as f64) as i64
    }

    /// Whether something happens that happens so often in ten thousand.
    pub fn happens(&mut self, often: u64) -> bool {
        often > 0 && self.any() % 10_000 < often
    }

    /// How long it is until the next of things that happen every `mean` on average.
    pub fn gap(&mut self, mean: f64) -> i64 {
        (-mean * (1.0 - self.fraction()).ln()) as i64 + 1
    }
}
