//! What every engine is asked: policies of `n` statements, and requests with fifteen context keys.
//!
//! A statement has a wildcard in its action, its resource and one condition, and three conditions. All wildcards stand
//! at the end, since that is what every engine of the table has a word for.

pub const ACCOUNT: &str = "111122223333";
pub const CALLER: &str = "arn:aws:iam::111122223333:user/ana";
pub const TEAM: &str = "aws:PrincipalTag/team";
pub const ADDRESS: &str = "aws:SourceIp";
pub const AGENT: &str = "aws:UserAgent";

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shape {
    /// Each statement is about a service of its own: one can match.
    Selective,
    /// Action and resource match in every statement; conditions decide, and the last statement's hold.
    Dense,
}

/// A statement, in no engine's language. A `*` ends `action`, `resource` and `agent`.
pub struct Statement {
    pub is_deny: bool,
    pub action: String,
    pub resource: String,
    pub team: String,
    pub network: String,
    pub agent: String,
}

/// A request and the answer that everybody must give.
pub struct Question {
    pub action: String,
    pub resource: String,
    pub keys: Vec<(&'static str, String)>,
    pub is_allowed: bool,
}

/// `count` statements. The first is a `Deny` that takes a part of what the second allows.
pub fn statements(shape: Shape, count: usize) -> Vec<Statement> {
    (0..count).map(|number| statement(shape, number)).collect()
}

fn statement(shape: Shape, number: usize) -> Statement {
    let is_deny = number == 0;
    let number = number.max(1);
    let (action, resource) = match shape {
        Shape::Selective => {
            (format!("svc{number}:Get*"), format!("arn:aws:svc{number}:eu-west-1:{ACCOUNT}:thing/*"))
        }
        Shape::Dense => ("s3:Get*".to_owned(), "arn:aws:s3:::bucket/*".to_owned()),
    };
    let agent = if is_deny { format!("aws-cli/{number}.99*") } else { format!("aws-cli/{number}.*") };
    let network = format!("10.{}.0.0/16", number % 256);
    Statement { is_deny, action, resource, team: format!("team{number}"), network, agent }
}

/// The request that is timed: the middle statement allows it, or in a dense policy the last.
pub fn timed(shape: Shape, count: usize) -> Question {
    let number = match shape {
        Shape::Selective => count / 2,
        Shape::Dense => count - 1,
    };
    allowed(shape, number)
}

/// What all engines must agree on before anything is measured.
pub fn questions(shape: Shape, count: usize) -> Vec<Question> {
    let mut all = Vec::new();
    for number in [1, count / 2, count - 1] {
        all.push(allowed(shape, number));
        let denied = |change: &dyn Fn(&mut Question)| {
            let mut question = Question { is_allowed: false, ..allowed(shape, number) };
            change(&mut question);
            question
        };
        all.push(denied(&|question| question.action = question.action.replace("Get", "Put")));
        all.push(denied(&|question| question.resource = question.resource.replace("/key", "")));
        all.push(denied(&|question| set(question, TEAM, format!("team{number}x"))));
        all.push(denied(&|question| set(question, ADDRESS, format!("11.{}.3.4", number % 256))));
        all.push(denied(&|question| set(question, AGENT, format!("aws-cli/{number}"))));
    }
    // Allowed by the second statement, denied by the first.
    let mut forbidden = Question { is_allowed: false, ..allowed(shape, 1) };
    set(&mut forbidden, AGENT, "aws-cli/1.99.2 md/Botocore".to_owned());
    all.push(forbidden);
    all
}

fn set(question: &mut Question, name: &str, value: String) {
    for (key, held) in &mut question.keys {
        if *key == name {
            held.clone_from(&value);
        }
    }
}

fn allowed(shape: Shape, number: usize) -> Question {
    let (action, resource) = match shape {
        Shape::Selective => {
            (format!("svc{number}:GetFoo"), format!("arn:aws:svc{number}:eu-west-1:{ACCOUNT}:thing/key"))
        }
        Shape::Dense => ("s3:GetObject".to_owned(), "arn:aws:s3:::bucket/key".to_owned()),
    };
    let keys = vec![
        ("aws:PrincipalArn", CALLER.to_owned()),
        ("aws:PrincipalAccount", ACCOUNT.to_owned()),
        ("aws:PrincipalOrgID", "o-a1b2c3d4e5".to_owned()),
        ("aws:PrincipalType", "User".to_owned()),
        ("aws:userid", "AIDAEXAMPLEANA000000A".to_owned()),
        ("aws:username", "ana".to_owned()),
        (TEAM, format!("team{number}")),
        (ADDRESS, format!("10.{}.3.4", number % 256)),
        ("aws:RequestedRegion", "eu-west-1".to_owned()),
        ("aws:CurrentTime", "2026-11-21T12:30:00Z".to_owned()),
        ("aws:EpochTime", "1795264200".to_owned()),
        ("aws:SecureTransport", "true".to_owned()),
        (AGENT, format!("aws-cli/{number}.31 md/Botocore")),
        ("aws:ViaAWSService", "false".to_owned()),
        ("aws:MultiFactorAuthPresent", "true".to_owned()),
    ];
    Question { action, resource, keys, is_allowed: true }
}

/// The policy in AWS's language.
pub fn document(statements: &[Statement]) -> String {
    let statements: Vec<String> = statements
        .iter()
        .map(|statement| {
            let Statement { is_deny, action, resource, team, network, agent } = statement;
            let effect = if *is_deny { "Deny" } else { "Allow" };
            format!(
                r#"{{"Effect":"{effect}","Action":"{action}","Resource":"{resource}","Condition":{{"StringEquals":{{"{TEAM}":"{team}"}},"StringLike":{{"{AGENT}":"{agent}"}},"IpAddress":{{"{ADDRESS}":"{network}"}}}}}}"#
            )
        })
        .collect();
    format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(","))
}
