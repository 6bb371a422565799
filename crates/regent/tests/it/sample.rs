//! Samples: for every operation a request that is right, what must be there before, and how it is refused.
//!
//! They are data, in `samples/`: one table an operation. Whoever adds an operation adds a sample; the coverage tests
//! do the rest.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use regent::config::Settings;
use serde::Deserialize;

use crate::support::{Answer, Client, TestServer};

/// One operation's sample.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sample {
    /// Its name.
    pub(crate) operation: String,
    /// `iam` or `sts`.
    pub(crate) service: String,
    /// Calls by root that must come before.
    #[serde(default)]
    pub(crate) given: Vec<Given>,
    /// What the encoded message of a refusal is called, if one must come before: of a server whose refusals carry one.
    pub(crate) encoded_denial: Option<String>,
    /// The parameters.
    #[serde(default)]
    pub(crate) params: BTreeMap<String, String>,
    /// The message of its refusal to a user who may nothing; none if everybody may call it.
    pub(crate) denied: Option<String>,
    /// Who calls it when it succeeds, if not root: a user made for the purpose who may do everything.
    #[serde(default)]
    pub(crate) as_user: bool,
}

/// A call that must come before.
#[derive(Debug, Deserialize)]
pub(crate) struct Given {
    /// The operation, of IAM.
    #[serde(rename = "op")]
    pub(crate) operation: String,
    /// What to keep of its answer: a name, and the element whose text it stands for.
    #[serde(default)]
    pub(crate) save: BTreeMap<String, String>,
    /// The parameters.
    #[serde(flatten)]
    pub(crate) params: BTreeMap<String, String>,
}

/// What the calls before have left to be used, as `${name}`.
pub(crate) type Saved = BTreeMap<String, String>;

/// Every sample there is.
pub(crate) fn all() -> Vec<Sample> {
    #[derive(Deserialize)]
    struct File {
        sample: Vec<Sample>,
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/samples");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let read = |path: &std::path::PathBuf| -> Vec<Sample> {
        let text = fs::read_to_string(path).unwrap();
        toml::from_str::<File>(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display())).sample
    };
    paths.iter().flat_map(read).collect()
}

impl Sample {
    /// A server to try it on.
    pub(crate) async fn server(&self) -> TestServer {
        let encoded_denials = Some(self.encoded_denial.is_some());
        TestServer::with(Settings { encoded_denials, ..Settings::default() }).await
    }

    /// Makes everything that must be there before.
    pub(crate) async fn prepare(&self, root: &Client) -> Saved {
        let mut saved = Saved::new();
        for given in &self.given {
            let params = filled(&given.params, &saved, root);
            let answer = root.iam(&given.operation, &borrowed(&params)).await;
            assert_eq!(answer.status, 200, "{} before {}: {}", given.operation, self.operation, answer.body);
            saved.extend(given.save.iter().map(|(name, element)| (name.clone(), answer.text(element))));
        }
        if let Some(name) = &self.encoded_denial {
            let refused = root.make_user("refused").await.iam("ListUsers", &[]).await;
            saved.insert(name.clone(), refused.encoded_message().expect("a message"));
        }
        saved
    }

    /// Makes the call itself.
    pub(crate) async fn call(&self, client: &Client, saved: &Saved) -> Answer {
        let params = filled(&self.params, saved, client);
        match self.service.as_str() {
            "iam" => client.iam(&self.operation, &borrowed(&params)).await,
            "sts" => client.sts(&self.operation, &borrowed(&params)).await,
            service => panic!("no service {service}"),
        }
    }

    /// The message of its refusal, with what was saved filled in.
    pub(crate) fn denial(&self, saved: &Saved, client: &Client) -> Option<String> {
        self.denied.as_ref().map(|text| fill(text, saved, client))
    }
}

fn filled(params: &BTreeMap<String, String>, saved: &Saved, client: &Client) -> Vec<(String, String)> {
    params.iter().map(|(name, value)| (name.clone(), fill(value, saved, client))).collect()
}

fn borrowed(params: &[(String, String)]) -> Vec<(&str, &str)> {
    params.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// Puts in saved texts for `${name}`, and for `${code:name:step}` the one-time password of a saved seed, so many
/// steps from now.
fn fill(text: &str, saved: &Saved, client: &Client) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (name, after) = after.split_once('}').expect("a closed ${…}");
        out.push_str(before);
        out.push_str(&match name.split(':').collect::<Vec<_>>().as_slice() {
            ["code", seed, step] => client.code(&saved[*seed], step.parse().unwrap()),
            [name] => saved.get(*name).unwrap_or_else(|| panic!("nothing saved as {name}")).clone(),
            _ => panic!("no such filling: {name}"),
        });
        rest = after;
    }
    out + rest
}
