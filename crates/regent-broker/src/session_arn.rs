use crate::account::Account;
use crate::connector::ConnectorTerms;
use crate::principal_type::PrincipalType;

impl ConnectorTerms {
    /// The ARN of a session of this connector and name, as far as it is known whose the base credentials are.
    pub fn session_arn(&self, account: &Account, session_name: Option<&str>) -> Option<String> {
        let own = account.principal_arn.as_deref();
        match self.principal_type {
            PrincipalType::AssumeRole => {
                let role = self.role_arn.as_deref()?;
                let mut fields = role.splitn(6, ':').skip(1);
                let (partition, number) = (fields.next()?, fields.nth(2)?);
                let name = fields.next()?.rsplit('/').next()?; // without the path
                Some(format!("arn:{partition}:sts::{number}:assumed-role/{name}/{}", session_name?))
            }
            PrincipalType::FederatedUser => {
                let mut fields = own?.splitn(6, ':').skip(1);
                let (partition, number) = (fields.next()?, fields.nth(2)?);
                Some(format!("arn:{partition}:sts::{number}:federated-user/{}", session_name?))
            }
            PrincipalType::IamUserSession | PrincipalType::Provided => own.map(str::to_owned),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Account, ConnectorTerms};

    #[track_caller]
    fn check(connector: &Value, own: Option<&str>, expected: Option<&str>) {
        let account = json!({ "name": "prod", "kind": "access_key" });
        let mut account = Account::new(serde_json::from_value(account).unwrap());
        account.principal_arn = own.map(Into::into);
        let mut terms = json!({ "name": "c", "slug": "c", "account_id": "acc_01J", "max_seconds": 3600 });
        terms.as_object_mut().unwrap().extend(connector.as_object().unwrap().clone());
        let terms: ConnectorTerms = serde_json::from_value(terms).unwrap();
        assert_eq!(terms.session_arn(&account, Some("ana")).as_deref(), expected);
    }

    #[test]
    fn a_session_is_in_the_partition_and_account_of_its_role_or_its_base() {
        let role = |arn: &str| json!({ "principal_type": "assume_role", "role_arn": arn });
        let user = Some("arn:aws-cn:iam::222233334444:user/staff/broker");
        check(
            &role("arn:aws-us-gov:iam::111122223333:role/ops/reader"),
            user,
            Some("arn:aws-us-gov:sts::111122223333:assumed-role/reader/ana"),
        );
        check(&role("reader"), user, None);
        let federated = json!({ "principal_type": "federated_user" });
        check(&federated, user, Some("arn:aws-cn:sts::222233334444:federated-user/ana"));
        check(&federated, None, None);
        for own in [user, None] {
            check(&json!({ "principal_type": "iam_user_session" }), own, own);
            check(&json!({ "principal_type": "provided" }), own, own);
        }
    }
}
