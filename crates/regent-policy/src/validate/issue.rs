//! The codes of findings, in Access Analyzer's spelling, and how grave each is.

use core::fmt;

/// How grave a finding is, gravest first.
///
/// AWS: IAM Access Analyzer API reference, `ValidatePolicyFinding`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FindingType {
    /// The policy does not work as written, or AWS would not take it.
    Error,
    /// The policy works and lets in more than its author is likely to mean.
    SecurityWarning,
    /// The policy works and departs from what AWS advises.
    Warning,
    /// The policy could say the same in a better way.
    Suggestion,
}

impl FindingType {
    /// Every type once, gravest first.
    pub const ALL: [Self; 4] = [Self::Error, Self::SecurityWarning, Self::Warning, Self::Suggestion];

    /// The name in Access Analyzer's answers: `SECURITY_WARNING`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "ERROR",
            Self::SecurityWarning => "SECURITY_WARNING",
            Self::Warning => "WARNING",
            Self::Suggestion => "SUGGESTION",
        }
    }
}

impl fmt::Display for FindingType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Declares the codes once: type, variant, spelling and what the check is about.
macro_rules! issue_codes {
    ($($type:ident { $($code:ident $name:literal $summary:literal)* })*) => {
        /// What a finding is about. The spelling of [`IssueCode::as_str`] is Access Analyzer's.
        ///
        /// AWS: "Access Analyzer policy check reference".
        // CHOICE: AWS names a check and gives its code for some; the others are the name in upper snake case.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum IssueCode {
            $($(#[doc = $summary] $code,)*)*
        }

        impl IssueCode {
            /// Every code once, by type.
            pub const ALL: &'static [Self] = &[$($(Self::$code,)*)*];

            /// The code in Access Analyzer's spelling: `MISSING_ARN_FIELD`.
            pub const fn as_str(self) -> &'static str {
                match self { $($(Self::$code => $name,)*)* }
            }

            /// How grave the issue is.
            pub const fn finding_type(self) -> FindingType {
                match self { $($(Self::$code)|* => FindingType::$type,)* }
            }

            /// What the check is about, in one sentence that holds for every finding of this code.
            pub const fn summary(self) -> &'static str {
                match self { $($(Self::$code => $summary,)*)* }
            }
        }
    };
}

issue_codes! {
    Error {
        ArnAccountNotAllowed "ARN_ACCOUNT_NOT_ALLOWED" "A resource's ARN names an account where its service has none."
        ArnRegionNotAllowed "ARN_REGION_NOT_ALLOWED" "A resource's ARN names a Region where its service has none."
        DataTypeMismatch "DATA_TYPE_MISMATCH" "An element has another JSON type than the policy language gives it."
        DuplicateKeysWithDifferentCase "DUPLICATE_KEYS_WITH_DIFFERENT_CASE" "One condition operator names a key twice, in different case."
        EmptyVariable "EMPTY_VARIABLE" "A policy variable names nothing."
        FederatedPrincipalNotSupported "FEDERATED_PRINCIPAL_NOT_SUPPORTED" "A policy that is no role trust policy names an identity provider as principal."
        InvalidAction "INVALID_ACTION" "The service has no action of this name, or none that fits this pattern."
        InvalidArnAccount "INVALID_ARN_ACCOUNT" "The account in a resource's ARN is not twelve digits."
        InvalidArnPrefix "INVALID_ARN_PREFIX" "A resource does not begin with `arn:` and is not `*`."
        InvalidArnRegion "INVALID_ARN_REGION" "The Region in a resource's ARN does not exist."
        InvalidArnResource "INVALID_ARN_RESOURCE" "The last field of a resource's ARN fits no resource type of the service."
        InvalidArnServiceCase "INVALID_ARN_SERVICE_CASE" "The service in a resource's ARN is not in lower case."
        InvalidConditionDataType "INVALID_CONDITION_DATA_TYPE" "The values of a condition are of different JSON types."
        InvalidConditionKeyFormat "INVALID_CONDITION_KEY_FORMAT" "A condition key is not of the form `service:key`."
        InvalidConditionMultipleBoolean "INVALID_CONDITION_MULTIPLE_BOOLEAN" "A Boolean condition has more than one value."
        InvalidConditionOperator "INVALID_CONDITION_OPERATOR" "AWS has no such condition operator."
        InvalidEffect "INVALID_EFFECT" "An effect is neither `Allow` nor `Deny`."
        InvalidFederatedPrincipalSyntaxInRoleTrustPolicy "INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY" "A federated principal is neither a provider's ARN nor a provider that AWS knows by its host."
        InvalidGlobalConditionKey "INVALID_GLOBAL_CONDITION_KEY" "AWS has no such global condition key."
        InvalidPartition "INVALID_PARTITION" "AWS has no such partition."
        InvalidPolicyElement "INVALID_POLICY_ELEMENT" "The policy language has no such element here."
        InvalidPrincipalFormat "INVALID_PRINCIPAL_FORMAT" "A principal has no form that a principal can have."
        InvalidPrincipalKey "INVALID_PRINCIPAL_KEY" "A principal's type is none of `AWS`, `Service`, `Federated` and `CanonicalUser`."
        InvalidRegion "INVALID_REGION" "A condition compares the Region with one that does not exist."
        InvalidService "INVALID_SERVICE" "A resource or a condition key is of a service that does not exist."
        InvalidServiceConditionKey "INVALID_SERVICE_CONDITION_KEY" "The service has no such condition key."
        InvalidServiceInAction "INVALID_SERVICE_IN_ACTION" "An action is of a service that does not exist."
        InvalidServicePrincipalFormat "INVALID_SERVICE_PRINCIPAL_FORMAT" "A service principal is not of the form `service.amazonaws.com`."
        InvalidVariableForOperator "INVALID_VARIABLE_FOR_OPERATOR" "A policy variable stands under an operator that takes none."
        InvalidVersion "INVALID_VERSION" "The policy language has no such version."
        InvalidVpcFormat "INVALID_VPC_FORMAT" "A VPC's id is not `vpc-` and 8 or 17 hexadecimal digits."
        InvalidVpceFormat "INVALID_VPCE_FORMAT" "A VPC endpoint's id is not `vpce-` and 8 or 17 hexadecimal digits."
        JsonSyntaxError "JSON_SYNTAX_ERROR" "The text is not JSON, or names one member of an object twice."
        MismatchedActionForPrincipal "MISMATCHED_ACTION_FOR_PRINCIPAL" "A trust policy lets a principal assume the role in a way that this kind of principal cannot."
        MissingAction "MISSING_ACTION" "A statement has neither `Action` nor `NotAction`."
        MissingActionForConditionKey "MISSING_ACTION_FOR_CONDITION_KEY" "A condition key of a trust policy is only present with an action that the statement lacks."
        MissingActionForRolesAnywhereTrustPolicy "MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY" "A trust policy for IAM Roles Anywhere lacks one of the three actions it needs."
        MissingArnField "MISSING_ARN_FIELD" "A resource's ARN has fewer than six fields."
        MissingArnRegion "MISSING_ARN_REGION" "A resource's ARN lacks the Region that its service wants."
        MissingBraceInVariable "MISSING_BRACE_IN_VARIABLE" "A policy variable is not closed."
        MissingEffect "MISSING_EFFECT" "A statement has no `Effect`."
        MissingPrincipal "MISSING_PRINCIPAL" "A statement of a resource-based policy has no `Principal`."
        MissingQualifier "MISSING_QUALIFIER" "A key with several values stands under an operator without `ForAllValues` or `ForAnyValue`."
        MissingQuoteInVariable "MISSING_QUOTE_IN_VARIABLE" "The default of a policy variable does not stand in single quotes."
        MissingResource "MISSING_RESOURCE" "A statement has neither `Resource` nor `NotResource`."
        MissingStatement "MISSING_STATEMENT" "The policy has no statement."
        MissingTagKeyInCondition "MISSING_TAG_KEY_IN_CONDITION" "A condition key for tags does not name a tag."
        NullWithIfExists "NULL_WITH_IF_EXISTS" "`Null` takes no `IfExists`."
        PolicySizeExceedsRcpQuota "POLICY_SIZE_EXCEEDS_RCP_QUOTA" "The policy is longer than a resource control policy may be."
        PolicySizeExceedsScpQuota "POLICY_SIZE_EXCEEDS_SCP_QUOTA" "The policy is longer than a service control policy may be."
        PrivateIpAddress "PRIVATE_IP_ADDRESS" "`aws:SourceIp` is compared with private addresses alone, so the condition never holds."
        PrivateNotIpAddress "PRIVATE_NOT_IP_ADDRESS" "`aws:SourceIp` is to differ from private addresses alone, so the condition always holds."
        RcpSyntaxErrorAction "RCP_SYNTAX_ERROR_ACTION" "A resource control policy names an action of a service that takes none."
        RcpSyntaxErrorActionWildcard "RCP_SYNTAX_ERROR_ACTION_WILDCARD" "A resource control policy names `*` as action."
        RcpSyntaxErrorAllow "RCP_SYNTAX_ERROR_ALLOW" "A resource control policy allows anything less than everything."
        RcpSyntaxErrorNotAction "RCP_SYNTAX_ERROR_NOTACTION" "A resource control policy uses `NotAction`."
        RcpSyntaxErrorPrincipal "RCP_SYNTAX_ERROR_PRINCIPAL" "A resource control policy names another principal than `*`."
        RoleTrustPolicySyntaxErrorNotPrincipal "ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL" "A trust policy uses `NotPrincipal`."
        RoleTrustPolicySyntaxErrorResource "ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE" "A trust policy names a resource."
        RoleTrustPolicyUnsupportedWildcardInPrincipal "ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL" "A trust policy trusts everybody."
        ScpSyntaxErrorActionWildcard "SCP_SYNTAX_ERROR_ACTION_WILDCARD" "A service control policy of the restricted language has a wildcard before the end of an action."
        ScpSyntaxErrorAllowCondition "SCP_SYNTAX_ERROR_ALLOW_CONDITION" "A service control policy of the restricted language allows under a condition."
        ScpSyntaxErrorAllowNotAction "SCP_SYNTAX_ERROR_ALLOW_NOT_ACTION" "A service control policy of the restricted language allows with `NotAction`."
        ScpSyntaxErrorAllowResource "SCP_SYNTAX_ERROR_ALLOW_RESOURCE" "A service control policy of the restricted language allows on less than every resource."
        ScpSyntaxErrorNotResource "SCP_SYNTAX_ERROR_NOT_RESOURCE" "A service control policy of the restricted language uses `NotResource`."
        ScpSyntaxErrorPrincipal "SCP_SYNTAX_ERROR_PRINCIPAL" "A service control policy names a principal."
        UniqueSidsRequired "UNIQUE_SIDS_REQUIRED" "Two statements of a policy that must name them apart have one `Sid`."
        UnsupportedActionForConditionKey "UNSUPPORTED_ACTION_FOR_CONDITION_KEY" "An action never carries a condition key that its statement asks for."
        UnsupportedActionInPolicy "UNSUPPORTED_ACTION_IN_POLICY" "The resource that the policy is attached to does not take this action."
        UnsupportedConditionKeyForServicePrincipal "UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL" "A service that calls for itself never carries this condition key."
        UnsupportedElementCombination "UNSUPPORTED_ELEMENT_COMBINATION" "A statement has both of two elements that exclude one another."
        UnsupportedGlobalConditionKey "UNSUPPORTED_GLOBAL_CONDITION_KEY" "This kind of policy no longer takes this global condition key."
        UnsupportedPrincipal "UNSUPPORTED_PRINCIPAL" "A policy that is attached to a principal names one."
        UnsupportedResourceArnInPolicy "UNSUPPORTED_RESOURCE_ARN_IN_POLICY" "The policy is attached to a resource of another type than it names."
        UnsupportedSid "UNSUPPORTED_SID" "A `Sid` has other characters than letters and digits."
        UnsupportedSpaceInVariable "UNSUPPORTED_SPACE_IN_VARIABLE" "A policy variable's name has a blank."
        UnsupportedWildcardInPrincipal "UNSUPPORTED_WILDCARD_IN_PRINCIPAL" "A principal has a wildcard, which stands for nothing there."
        VariableUnsupportedInElement "VARIABLE_UNSUPPORTED_IN_ELEMENT" "A policy variable stands where the policy language has none."
        VariableUnsupportedInVersion "VARIABLE_UNSUPPORTED_IN_VERSION" "A policy variable is plain text in this version of the language."
    }
    SecurityWarning {
        AllowWithNotPrincipal "ALLOW_WITH_NOT_PRINCIPAL" "A statement allows everybody but a few."
        DenyNotActionWithUnsupportedTagConditionKeyForService "DENY_NOT_ACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE" "A denial of all but a few actions asks for a tag that not all actions carry."
        DenyWithUnsupportedTagConditionKeyForService "DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE" "A denial asks for a tag that its actions do not carry, so it does not deny them."
        ForAllValuesWithSingleValuedKey "FORALLVALUES_WITH_SINGLE_VALUED_KEY" "`ForAllValues` holds when the key is absent, and the key has one value at most."
        MissingConditionKeyForOidcPrincipal "MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL" "A trust policy takes anybody's token of an OpenID Connect provider."
        MissingGithubRepoConditionKey "MISSING_GITHUB_REPO_CONDITION_KEY" "A trust policy takes tokens of every repository on GitHub."
        MissingPairedConditionKeys "MISSING_PAIRED_CONDITION_KEYS" "A condition key means little without another that is not there."
        PassRoleWithNotActionAndNotResource "PASS_ROLE_WITH_NOT_ACTION_AND_NOT_RESOURCE" "All actions but a few on all resources but a few include passing roles."
        PassRoleWithNotResource "PASS_ROLE_WITH_NOT_RESOURCE" "Roles may be passed, all but a few."
        PassRoleWithStarInActionAndNotResource "PASS_ROLE_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE" "A pattern of actions on all resources but a few includes passing roles."
        PassRoleWithStarInActionAndResource "PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE" "A pattern of actions on all resources includes passing any role to any service."
        PassRoleWithStarInResource "PASS_ROLE_WITH_STAR_IN_RESOURCE" "Any role may be passed to any service."
        PassRoleWithStarInResourceAndNotAction "PASS_ROLE_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION" "All actions but a few on all resources include passing any role to any service."
        RestrictAccessToServicePrincipal "RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL" "A service is let in whoever it acts for."
    }
    Warning {
        CreateSlrWithNotActionAndNotResource "CREATE_SLR_WITH_NOT_ACTION_AND_NOT_RESOURCE" "All actions but a few on all resources but a few include creating service-linked roles."
        CreateSlrWithNotResource "CREATE_SLR_WITH_NOT_RESOURCE" "Service-linked roles may be created, all but a few."
        CreateSlrWithStarInActionAndNotResource "CREATE_SLR_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE" "A pattern of actions on all resources but a few includes creating service-linked roles."
        CreateSlrWithStarInActionAndResource "CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE" "A pattern of actions on all resources includes creating any service-linked role."
        CreateSlrWithStarInResource "CREATE_SLR_WITH_STAR_IN_RESOURCE" "Any service-linked role may be created."
        CreateSlrWithStarInResourceAndNotAction "CREATE_SLR_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION" "All actions but a few on all resources include creating any service-linked role."
        DeprecatedGlobalConditionKey "DEPRECATED_GLOBAL_CONDITION_KEY" "A global condition key has been replaced by another."
        InvalidDateValue "INVALID_DATE_VALUE" "A date is given as seconds since 1970."
        InvalidRoleReference "INVALID_ROLE_REFERENCE" "A role is named by its unique id."
        InvalidUserReference "INVALID_USER_REFERENCE" "A user is named by her unique id."
        MissingVersion "MISSING_VERSION" "The policy does not name its version, so it is written in the old language."
        PolicySizeExceedsIdentityPolicyQuota "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA" "The policy is longer than a managed policy may be."
        PolicySizeExceedsResourcePolicyQuota "POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA" "The policy is longer than a policy on such a resource may be."
        PolicySizeExceedsRoleTrustPolicyQuota "POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA" "The policy is longer than a trust policy may be."
        SpecificGithubRepoAndBranchRecommended "SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED" "A pattern takes tokens of more repositories or branches on GitHub than one."
        TypeMismatch "TYPE_MISMATCH" "A condition key is compared by an operator of another type."
        TypeMismatchBoolean "TYPE_MISMATCH_BOOLEAN" "A value of a Boolean operator is neither `true` nor `false`."
        TypeMismatchDate "TYPE_MISMATCH_DATE" "A value of a date operator is no date."
        TypeMismatchIpRange "TYPE_MISMATCH_IP_RANGE" "A value of an address operator is no range of addresses."
        TypeMismatchNumber "TYPE_MISMATCH_NUMBER" "A value of a numeric operator is no number."
        TypeMismatchString "TYPE_MISMATCH_STRING" "A value of a binary operator is not base64."
        UniqueSidsRecommended "UNIQUE_SIDS_RECOMMENDED" "Two statements have one `Sid`."
        WildcardWithoutLikeOperator "WILDCARD_WITHOUT_LIKE_OPERATOR" "A wildcard stands under an operator that takes it for a character."
    }
    Suggestion {
        AllowNotActionWithUnsupportedTagConditionKeyForService "ALLOW_NOT_ACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE" "A grant of all but a few actions asks for a tag that not all actions carry."
        AllowWithUnsupportedTagConditionKeyForService "ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE" "A grant asks for a tag that its actions do not carry, so it does not allow them."
        ConfirmAudienceClaimType "CONFIRM_AUDIENCE_CLAIM_TYPE" "An audience is compared as a list, which it seldom is."
        EmptyArrayAction "EMPTY_ARRAY_ACTION" "A statement lists no action."
        EmptyArrayCondition "EMPTY_ARRAY_CONDITION" "A condition has no value to compare with."
        EmptyArrayConditionForAllValues "EMPTY_ARRAY_CONDITION_FORALLVALUES" "`ForAllValues` without values holds only when the key is absent."
        EmptyArrayConditionForAnyValue "EMPTY_ARRAY_CONDITION_FORANYVALUE" "`ForAnyValue` without values never holds."
        EmptyArrayConditionIfExists "EMPTY_ARRAY_CONDITION_IF_EXISTS" "`IfExists` without values holds only when the key is absent."
        EmptyArrayPrincipal "EMPTY_ARRAY_PRINCIPAL" "A statement lists no principal."
        EmptyArrayResource "EMPTY_ARRAY_RESOURCE" "A statement lists no resource."
        EmptyObjectCondition "EMPTY_OBJECT_CONDITION" "A condition block is empty."
        EmptyObjectPrincipal "EMPTY_OBJECT_PRINCIPAL" "A principal block is empty."
        EmptySidValue "EMPTY_SID_VALUE" "A `Sid` is empty."
        ImproveIpRange "IMPROVE_IP_RANGE" "A range of addresses has bits beyond its prefix, which are ignored."
        IrrelevantConditionKeyInPolicy "IRRELEVANT_CONDITION_KEY_IN_POLICY" "A policy on a resource asks who owns the resource."
        NullWithQualifier "NULL_WITH_QUALIFIER" "`Null` with a set operator is always true or always false."
        PrivateIpAddressSubset "PRIVATE_IP_ADDRESS_SUBSET" "Some of the addresses for `aws:SourceIp` are private and never match."
        PrivateNotIpAddressSubset "PRIVATE_NOT_IP_ADDRESS_SUBSET" "Some of the addresses that `aws:SourceIp` is to differ from are private and have no effect."
        RecommendedConditionKeyForServicePrincipal "RECOMMENDED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL" "A service is held to a key that does not say whom it acts for."
        RedundantAction "REDUNDANT_ACTION" "An action is listed twice, or a pattern beside it covers it."
        RedundantConditionValueNum "REDUNDANT_CONDITION_VALUE_NUM" "Of several bounds for a number, one is enough."
        RedundantPrincipalInRoleTrustPolicy "REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY" "A session is trusted beside its own role."
        RedundantResource "REDUNDANT_RESOURCE" "A resource is listed twice, or a pattern beside it covers it."
        RedundantStatement "REDUNDANT_STATEMENT" "Two statements say the same."
        WildcardInServiceName "WILDCARD_IN_SERVICE_NAME" "The service of an action is a pattern."
    }
}

impl fmt::Display for IssueCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
