//! Asking a person, step by step: numbered lists, and typing to find.

use std::collections::BTreeSet;
use std::io::{BufRead, Write};

use anyhow::bail;
use regent_policy::catalogue::{AccessLevel, Catalogue, CatalogueAction, Service};

use crate::policy::generation::condition::{self, Wanted};
use crate::policy::generation::{Chosen, Wish};
use crate::policy::keys;

/// So many lines of a list are shown; typing shortens it.
const SHOWN: usize = 25;

/// Asks on one stream and reads the answers from another.
pub(super) struct Asker<R, W> {
    answers: R,
    questions: W,
}

impl<R: BufRead, W: Write> Asker<R, W> {
    pub(super) fn new(answers: R, questions: W) -> Self {
        Self { answers, questions }
    }

    /// Goes through the steps.
    pub(super) fn wish(mut self) -> anyhow::Result<Wish> {
        let catalogue = Catalogue::bundled();
        let service = self.service(catalogue)?;
        let levels = self.levels(service)?;
        let covered: Vec<_> =
            service.actions().filter(|action| levels.contains(&action.access_level())).collect();
        let actions = self.actions(&covered)?;
        let mut wish = Wish::default();
        if actions.len() == service.actions().len() {
            wish.patterns.push(format!("{}:*", service.prefix()));
        }
        wish.resources = self.resources(&actions)?;
        wish.conditions = self.conditions(&actions)?;
        // What works on `*` alone was picked from the list, and is meant; of the rest, what fits the resources is.
        wish.actions = actions
            .into_iter()
            .map(|action| Chosen { action, is_named: action.is_wildcard_only() })
            .collect();
        Ok(wish)
    }

    fn service(&mut self, catalogue: &'static Catalogue) -> anyhow::Result<Service<'static>> {
        let services: Vec<_> = catalogue.services().collect();
        let names: Vec<_> =
            services.iter().map(|service| format!("{} ({})", service.prefix(), service.title())).collect();
        loop {
            let picked = self.pick("Which service?", &names)?;
            match picked.as_slice() {
                [one] => {
                    if let Some(service) = services.get(*one) {
                        return Ok(*service);
                    }
                }
                _ => self.tell("One service at a time: a policy can be put together of several.")?,
            }
        }
    }

    fn levels(&mut self, service: Service<'_>) -> anyhow::Result<BTreeSet<AccessLevel>> {
        let present: BTreeSet<_> = service.actions().map(CatalogueAction::access_level).collect();
        let levels: Vec<_> = present.into_iter().collect();
        let names: Vec<_> = levels.iter().map(ToString::to_string).collect();
        let picked = self.pick("Which access levels?", &names)?;
        Ok(picked.into_iter().filter_map(|at| levels.get(at).copied()).collect())
    }

    fn actions(
        &mut self,
        covered: &[CatalogueAction<'static>],
    ) -> anyhow::Result<Vec<CatalogueAction<'static>>> {
        let names: Vec<_> =
            covered.iter().map(|action| format!("{} ({})", action.name(), action.access_level())).collect();
        let picked = self.pick("Which actions?", &names)?;
        Ok(picked.into_iter().filter_map(|at| covered.get(at).copied()).collect())
    }

    fn resources(&mut self, actions: &[CatalogueAction<'_>]) -> anyhow::Result<Vec<String>> {
        let arns: BTreeSet<_> = actions
            .iter()
            .flat_map(|action| action.resources())
            .flat_map(|used| used.resource_type().arns())
            .collect();
        if arns.is_empty() {
            return Ok(Vec::new());
        }
        self.tell("On which resources? One ARN a line, then an empty line; none is all. They look like:")?;
        for arn in &arns {
            self.tell(&format!("      {arn}"))?;
        }
        let mut resources = BTreeSet::new();
        loop {
            let answer = self.answer()?;
            if answer.is_empty() {
                return Ok(resources.into_iter().collect());
            }
            let fits = |action: &CatalogueAction<'_>| {
                action.resources().any(|used| used.resource_type().fits(&answer))
            };
            if actions.iter().any(fits) {
                resources.insert(answer);
            } else {
                self.tell("None of the actions is about that.")?;
            }
        }
    }

    fn conditions(&mut self, actions: &[CatalogueAction<'_>]) -> anyhow::Result<Vec<Wanted>> {
        self.tell("Under which conditions? `StringEquals:aws:PrincipalTag/team=dev`, one a line, then an empty line.")?;
        let keys: BTreeSet<_> = actions.iter().flat_map(|action| keys::of_action(*action)).collect();
        if !keys.is_empty() {
            self.tell("Beside the global keys the actions set:")?;
        }
        for key in keys.iter().take(SHOWN) {
            self.tell(&format!("      {key}"))?;
        }
        let mut texts = Vec::new();
        loop {
            let answer = self.answer()?;
            if answer.is_empty() {
                return Ok(condition::read_all(&texts)?);
            }
            match Wanted::read(&answer) {
                Ok(wanted) if actions.iter().any(|action| wanted.suits(*action)) => texts.push(answer),
                Ok(_) => self.tell("None of the actions sets that key.")?,
                Err(error) => self.tell(&error.to_string())?,
            }
        }
    }

    /// Lets a person pick from a list: by number, by typing a part of a name, or all of it.
    fn pick(&mut self, question: &str, names: &[String]) -> anyhow::Result<Vec<usize>> {
        let mut shown: Vec<usize> = (0..names.len()).collect();
        loop {
            self.tell(question)?;
            for (number, name) in shown.iter().filter_map(|at| names.get(*at)).enumerate().take(SHOWN) {
                self.tell(&format!("{:4}  {name}", number + 1))?;
            }
            if let Some(more @ 1..) = shown.len().checked_sub(SHOWN) {
                self.tell(&format!("      and {more} more"))?;
            }
            self.tell("Numbers (1,3-5), `all` of these, or a part of a name to look for:")?;
            let answer = self.answer()?;
            if answer.eq_ignore_ascii_case("all") || answer == "*" {
                return Ok(shown);
            }
            if let Some(numbers) = numbers(&answer, shown.len()) {
                return Ok(numbers.into_iter().filter_map(|number| shown.get(number - 1).copied()).collect());
            }
            if let Some(exact) = named(names, &answer) {
                return Ok(vec![exact]);
            }
            let wanted = answer.to_ascii_lowercase();
            let has = |name: &String| name.to_ascii_lowercase().contains(&wanted);
            let found: Vec<_> = (0..names.len()).filter(|at| names.get(*at).is_some_and(has)).collect();
            if found.is_empty() {
                self.tell("Nothing there has that in its name.")?;
            } else {
                shown = found;
            }
        }
    }

    fn tell(&mut self, line: &str) -> anyhow::Result<()> {
        Ok(writeln!(self.questions, "{line}")?)
    }

    fn answer(&mut self) -> anyhow::Result<String> {
        write!(self.questions, "> ")?;
        self.questions.flush()?;
        let mut line = String::new();
        if self.answers.read_line(&mut line)? == 0 {
            bail!("nothing was generated: the answers ended");
        }
        Ok(line.trim().to_owned())
    }
}

/// The name whose first word is a text.
fn named(names: &[String], text: &str) -> Option<usize> {
    names.iter().position(|name| {
        let (first, _) = name.split_once(' ').unwrap_or((name, ""));
        first.eq_ignore_ascii_case(text) && !text.is_empty()
    })
}

/// Reads `1,3-5`: numbers from 1 to the length of a list, each once, in order.
fn numbers(text: &str, length: usize) -> Option<BTreeSet<usize>> {
    let mut numbers = BTreeSet::new();
    for piece in text.split([',', ' ']).filter(|piece| !piece.is_empty()) {
        let (first, last) = piece.split_once('-').unwrap_or((piece, piece));
        let (first, last): (usize, usize) = (first.parse().ok()?, last.parse().ok()?);
        if first == 0 || first > last || last > length {
            return None;
        }
        numbers.extend(first..=last);
    }
    (!numbers.is_empty()).then_some(numbers)
}

#[cfg(test)]
mod tests {
    use super::Asker;
    use crate::policy::generation::write;

    /// The policy that these answers lead to, and what was asked on the way.
    fn answered(answers: &[&str]) -> (Result<String, String>, String) {
        let mut asked = Vec::new();
        let wish = Asker::new((answers.join("\n") + "\n").as_bytes(), &mut asked).wish();
        let text = wish
            .and_then(|wish| Ok(write::policy(&wish, &mut Vec::new())?))
            .map_err(|error| error.to_string());
        (text, String::from_utf8(asked).unwrap())
    }

    #[test]
    fn answers_become_a_policy() {
        let bucket = "arn:aws:s3:::logs";
        let all_day = "StringEquals:aws:PrincipalTag/team=dev";
        let (policy, asked) = answered(&[
            "s3",
            "1",
            "buckets",
            "ListBucket",
            bucket,
            "arn:aws:iam::1:role/x",
            "",
            "nonsense",
            all_day,
            "",
        ]);
        let wanted = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": "s3:ListBucket",
      "Resource": "arn:aws:s3:::logs",
      "Condition": {
        "StringEquals": {
          "aws:PrincipalTag/team": "dev"
        }
      }
    }
  ]
}
"#;
        assert_eq!(policy.as_deref(), Ok(wanted), "{asked}");
        for part in [
            "Which access levels?\n   1  List\n",
            "      arn:${Partition}:s3:::${BucketName}\n",
            "None of the actions is about that.",
            "`nonsense` is no condition",
        ] {
            assert!(asked.contains(part), "{part}: {asked}");
        }
    }

    #[test]
    fn everything_of_a_service_is_its_pattern() {
        let (policy, asked) = answered(&["security token", "1", "all", "all", "", ""]);
        let policy = policy.unwrap();
        assert!(
            policy.contains("\"Action\": \"sts:*\"") && policy.contains("\"Resource\": \"*\""),
            "{policy}"
        );
        assert!(asked.contains("sts (AWS Security Token Service)"), "{asked}");
    }

    #[test]
    fn lists_are_picked_from_by_number_and_range() {
        let (policy, _) = answered(&["sts", "read", "get", "1-2", ""]);
        let policy = policy.unwrap();
        assert!(policy.contains(r#"["sts:GetAccessKeyInfo", "sts:GetCallerIdentity"]"#), "{policy}");
        for (answer, numbers) in [
            ("1,3-4", Some(vec![1, 3, 4])),
            ("2 1", Some(vec![1, 2])),
            ("0", None),
            ("3-1", None),
            ("6", None),
            ("", None),
        ] {
            assert_eq!(
                super::numbers(answer, 5).map(|found| found.into_iter().collect()),
                numbers,
                "{answer}"
            );
        }
    }

    #[test]
    fn answers_that_end_too_early_make_nothing() {
        let (policy, _) = answered(&["s3", "all"]);
        assert_eq!(policy, Err("nothing was generated: the answers ended".to_owned()));
    }
}
