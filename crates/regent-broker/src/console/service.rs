//! Short names of services, and their pages.

/// The page of a service by a short name, in any case; nothing for a name that is not known.
pub(super) fn path(name: &str) -> Option<&'static str> {
    let is_meant =
        |(names, _): &&(&[&str], &'static str)| names.iter().any(|known| known.eq_ignore_ascii_case(name));
    PAGES.iter().find(is_meant).map(|(_, path)| *path)
}

/// Names that people use, and the page that they mean.
const PAGES: [(&[&str], &str); 49] = [
    (&["acm"], "/acm/home"),
    (&["apigateway", "apigw", "api"], "/apigateway/main/apis"),
    (&["athena"], "/athena/home"),
    (&["autoscaling", "asg"], "/ec2/home#AutoScalingGroups:"),
    (&["backup"], "/backup/home"),
    (&["batch"], "/batch/home"),
    (&["bedrock"], "/bedrock/home"),
    (&["billing", "bill"], "/billing/home"),
    (&["budgets"], "/billing/home#/budgets"),
    (&["cloudformation", "cfn", "cf"], "/cloudformation/home"),
    (&["cloudfront"], "/cloudfront/v4/home"),
    (&["cloudshell"], "/cloudshell/home"),
    (&["cloudtrail", "trail"], "/cloudtrail/home"),
    (&["cloudwatch", "cw", "monitoring"], "/cloudwatch/home"),
    (&["codebuild"], "/codesuite/codebuild/projects"),
    (&["codepipeline", "pipeline"], "/codesuite/codepipeline/pipelines"),
    (&["config"], "/config/home"),
    (&["costexplorer", "cost", "ce"], "/cost-management/home"),
    (&["dms"], "/dms/v2/home"),
    (&["dynamodb", "ddb", "dynamo"], "/dynamodbv2/home"),
    (&["ec2"], "/ec2/home"),
    (&["ecr"], "/ecr/repositories"),
    (&["ecs"], "/ecs/v2/home"),
    (&["efs"], "/efs/home"),
    (&["eks"], "/eks/home"),
    (&["elasticache", "redis"], "/elasticache/home"),
    (&["elasticbeanstalk", "eb"], "/elasticbeanstalk/home"),
    (&["emr"], "/emr/home"),
    (&["eventbridge", "events"], "/events/home"),
    (&["glue"], "/glue/home"),
    (&["guardduty"], "/guardduty/home"),
    (&["iam"], "/iam/home"),
    (&["kinesis"], "/kinesis/home"),
    (&["kms"], "/kms/home"),
    (&["lambda"], "/lambda/home"),
    (&["logs"], "/cloudwatch/home#logsV2:log-groups"),
    (&["organizations", "org", "orgs"], "/organizations/v2/home"),
    (&["rds"], "/rds/home"),
    (&["redshift"], "/redshiftv2/home"),
    (&["route53", "r53", "dns"], "/route53/v2/home"),
    (&["s3"], "/s3/home"),
    (&["sagemaker"], "/sagemaker/home"),
    (&["secretsmanager", "secrets"], "/secretsmanager/home"),
    (&["securityhub"], "/securityhub/home"),
    (&["sns"], "/sns/v3/home"),
    (&["sqs"], "/sqs/v3/home"),
    (&["ssm", "systems-manager"], "/systems-manager/home"),
    (&["stepfunctions", "states", "sfn"], "/states/home"),
    (&["vpc"], "/vpcconsole/home"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_means_one_page_and_is_found_in_any_case() {
        let mut names: Vec<&str> = PAGES.iter().flat_map(|(names, _)| names.iter().copied()).collect();
        for name in &names {
            assert_eq!(path(&name.to_uppercase()), path(name), "{name}");
            assert!(path(name).is_some_and(|path| path.starts_with('/')), "{name}");
        }
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
        assert_eq!((path("cfn"), path("nosuch"), path("")), (Some("/cloudformation/home"), None, None));
    }
}
