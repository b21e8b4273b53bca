//! Faults, the forms that one part of what is signed takes under them, and what trying them all may cost.

use std::fmt;

use zeroize::Zeroizing;

use super::Mistake;

/// What a fault costs that one meets every day, that many make, that few make, and that nobody makes
/// together with another. Combinations are tried in the order of their number of faults, then of cost.
pub(super) const DAILY: u8 = 1;
pub(super) const COMMON: u8 = 2;
pub(super) const RARE: u8 = 3;
pub(super) const ALONE: u8 = 9;

/// How much work a search is allowed, in bytes hashed: some tens of milliseconds. Work and not time,
/// so that the same question always has the same answer. Less where a fuzzer asks: it wants many answers.
const ALLOWED: usize = if cfg!(fuzzing) { 1 << 19 } else { 96 << 20 };

/// What is left of the work that one explanation may do.
pub(super) struct Budget {
    left: usize,
    pub(super) tried: usize,
}

impl Budget {
    pub(super) fn new() -> Budget {
        Budget {
            left: ALLOWED,
            tried: 0,
        }
    }

    /// Takes the work of `bytes` off.
    pub(super) fn spend(&mut self, bytes: usize) {
        self.left = self.left.saturating_sub(bytes);
    }

    pub(super) fn is_over(&self) -> bool {
        self.left == 0
    }
}

/// A mistake as it was made here. The words are the catalogue's where there are no better ones:
/// what was done, and what to do instead if `; ` stands between.
#[derive(Clone)]
pub(super) struct Fault {
    pub(super) mistake: Mistake,
    words: String,
}

impl Fault {
    #[inline(never)]
    pub(super) fn new(mistake: Mistake, words: &str) -> Fault {
        let words = words.to_owned();
        Fault { mistake, words }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.words.as_str() {
            "" => self.mistake.description(),
            words => words,
        };
        f.write_str(what)?;
        if !what.contains("; ") {
            f.write_str("; ")?;
            f.write_str(self.mistake.advice())?;
        }
        Ok(())
    }
}

/// The forms of one part of what is signed as the search sees them: costs and faults, whatever the
/// values are.
#[derive(Default)]
pub(super) struct Dimension {
    pub(super) forms: Vec<Form>,
}

pub(super) struct Form {
    cost: u8,
    pub(super) faults: Vec<Fault>,
}

impl Dimension {
    #[inline(never)]
    fn add_all(&mut self, cost: u8, faults: Vec<Fault>) {
        self.forms.push(Form { cost, faults });
    }

    /// The number and cost of each form's faults, and where it stands: the cheapest first.
    pub(super) fn places(&self) -> Vec<Place> {
        let mut places = Vec::with_capacity(self.forms.len());
        for (index, form) in self.forms.iter().enumerate() {
            places.push(Place {
                faults: form.faults.len(),
                cost: form.cost,
                index,
            });
        }
        places.sort_by_key(|place| place.cost);
        places
    }
}

#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) faults: usize,
    pub(super) cost: u8,
    pub(super) index: usize,
}

/// The forms of one part, the right one first.
pub(super) struct Forms<T> {
    pub(super) dimension: Dimension,
    pub(super) values: Vec<T>,
}

impl<T> Forms<T> {
    pub(super) fn none() -> Forms<T> {
        Forms {
            dimension: Dimension::default(),
            values: Vec::new(),
        }
    }

    pub(super) fn right(value: T) -> Forms<T> {
        let mut forms = Forms::none();
        forms.add_all(0, Vec::new(), value);
        forms
    }

    #[inline(never)]
    pub(super) fn add(&mut self, cost: u8, mistake: Mistake, words: &str, value: T) {
        self.add_all(cost, vec![Fault::new(mistake, words)], value);
    }

    pub(super) fn add_all(&mut self, cost: u8, faults: Vec<Fault>, value: T) {
        self.dimension.add_all(cost, faults);
        self.values.push(value);
    }
}

/// Forms of a short text, which may be a secret.
pub(super) type Texts = Forms<Zeroizing<Vec<u8>>>;

impl Texts {
    pub(super) fn right_text(text: Vec<u8>) -> Texts {
        Forms::right(Zeroizing::new(text))
    }

    /// A text, unless an earlier form is no different.
    #[inline(never)]
    pub(super) fn text(&mut self, cost: u8, mistake: Mistake, words: &str, text: Vec<u8>) {
        self.texts(cost, vec![Fault::new(mistake, words)], text);
    }

    #[inline(never)]
    pub(super) fn texts(&mut self, cost: u8, faults: Vec<Fault>, text: Vec<u8>) {
        let text = Zeroizing::new(text);
        if !self.values.contains(&text) {
            self.add_all(cost, faults, text);
        }
    }
}
