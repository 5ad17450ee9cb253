//! What it takes to follow the evaluation of a policy line by line: the rules that it reaches, and where it reads. Few runs ask, so a packed library keeps it
//! apart.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::pack::wrong;
use crate::{Place, PolicyError, ReadSet};

/// What is known of it.
#[derive(Clone, Debug)]
pub(crate) enum Trace {
    /// The texts are to be asked.
    Unknown,
    /// The modules with no more than the rules that the policy reaches, each a file and its text. Where it reads is in the read-set.
    Known(Vec<(String, String)>),
    /// Both, as [`Trace::pack`] gives it.
    Packed(&'static [u8]),
}

/// Line and column, by the number of the file.
type Places = Vec<(usize, u32, u32)>;

/// A trace in one piece.
#[derive(Deserialize, Serialize)]
pub(crate) struct Packed<'a> {
    #[serde(borrow)]
    pub(crate) reached: Vec<(&'a str, &'a str)>,
    /// Of each reading the places, and those that look at all that the value holds.
    places: Vec<(Places, Places)>,
}

impl Trace {
    /// The trace of a policy of this read-set in one piece.
    pub(crate) fn pack(&self, read_set: &ReadSet) -> Result<Vec<u8>, PolicyError> {
        let Self::Known(reached) = self else { return Err(wrong(&"a policy reaches rules that nobody can name")) };
        let number = |place: &Place| reached.iter().position(|(file, _)| **file == *place.file);
        let of = |places: &BTreeSet<Place>| -> Option<Places> {
            places.iter().map(|place| Some((number(place)?, place.line, place.column))).collect()
        };
        let places: Option<_> = read_set.readings().map(|reading| of(&reading.places).zip(of(&reading.deep_places))).collect();
        let places = places.ok_or_else(|| wrong(&"something is read where nothing is reached"))?;
        let reached = reached.iter().map(|(file, text)| (file.as_str(), text.as_str())).collect();
        postcard::to_allocvec(&Packed { reached, places }).map_err(|error| wrong(&error))
    }
}

impl<'a> Packed<'a> {
    pub(crate) fn of(packed: &'a [u8]) -> Result<Self, PolicyError> {
        postcard::from_bytes(packed).map_err(|error| wrong(&error))
    }

    /// The read-set with the places where each path is read.
    pub(crate) fn placed(self, read_set: &ReadSet) -> ReadSet {
        let files: Vec<Arc<str>> = self.reached.iter().map(|(file, _)| (*file).into()).collect();
        let place = |(file, line, column): (usize, u32, u32)| Some(Place { file: files.get(file)?.clone(), line, column });
        let of = |places: Places| places.into_iter().filter_map(place).collect();
        let mut placed = read_set.clone();
        for (reading, (places, deep_places)) in placed.readings_mut().zip(self.places) {
            (reading.places, reading.deep_places) = (of(places), of(deep_places));
        }
        placed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Library, Sources};

    #[test]
    fn what_is_reached_by_a_computed_name_is_not_left_out() {
        let head = "# METADATA\n# title: t\n# description: d\n# custom:\n#  severity: low\n#  resource_types: [\"AWS::EC2::Volume\"]\n#  risk: r\n#  \
                    remediation: {console: c, cli: c, cloudformation: c}\npackage aws.a\n";
        let trace = |rule: &str| {
            let files =
                [("aws/a.rego", format!("{head}{rule}")), ("lib/b.rego", "package lib.b\n\nc if input.id\n\nd if input.arn\n".to_owned())];
            let files = files.into_iter().map(|(file, text)| (file.to_owned(), text)).collect();
            let library = Library::of(&Sources { files, ..Sources::default() });
            assert_eq!(library.broken, []);
            library.policies[0].trace.clone()
        };
        let Trace::Known(reached) = trace("deny contains \"no\" if data.lib.b.c") else { panic!("all is named") };
        assert_eq!(reached[1], ("lib/b.rego".to_owned(), "package lib.b\n\nc if input.id\n\n\n".to_owned()));
        assert!(matches!(trace("deny contains \"no\" if data.lib.b[input.id]"), Trace::Unknown));
        assert!(matches!(trace("deny contains \"no\" if data[input.id].b.c"), Trace::Unknown));
    }
}
