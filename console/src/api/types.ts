/** What the API speaks of, under the names that the console uses. */
import type { components } from './schema';

type Schemas = components['schemas'];

export type Status = Schemas['ServerStatus'];
export type Me = Schemas['Me'];
export type Role = Schemas['BrokerRole'];
export type FieldProblem = Schemas['FieldProblem'];
export type ProblemBody = Schemas['Problem'];

export type Connector = Schemas['Shown_ConnectorView'];
export type Account = Schemas['Shown_AccountView'];
export type Upstream = Schemas['Shown_Upstream'];
export type User = Schemas['Shown_UserView'];
export type Group = Schemas['Shown_GroupView'];
export type IdentitySource = Schemas['Shown_IdentitySourceView'];
export type SystemCaller = Schemas['Shown_SystemCallerView'];
export type Settings = Schemas['SettingsView'];

export type PrincipalType = Schemas['PrincipalType'];
export type AccountKind = Schemas['AccountKind'];
export type Partition = Schemas['Partition'];
export type Health = Schemas['Health'];
export type CallerAuth = Schemas['AuthTerms'];
export type Grant = Schemas['GrantView'];
export type Subject = Schemas['Subject'];
export type Conditions = Schemas['ConditionsView'];
export type Day = Schemas['Day'];

export type Usable = Schemas['List_Usable']['items'][number];
export type Lifetime = Schemas['Lifetime'];
export type Issued = Schemas['IssuedCredentials'];
export type Session = Schemas['SessionView'];
export type Preview = Schemas['Preview'];
export type Why = Schemas['Why'];
export type SnippetForms = Schemas['SnippetView'];

/** What a test found, of whatever was tested. */
export type TestReport = Schemas['TestResult'] | Schemas['TestReport'] | Schemas['Probe'];
export type TestStep = TestReport['steps'][number];

export type AuditEvent = Schemas['List_AuditEvent']['items'][number];
export type GalleryCard = Schemas['EntryView'];
/** The room that a policy takes, as it was told of a connector or of a text alone. */
export type PolicySize = Schemas['Size'];
export type Finding = Schemas['FindingView'];
export type SimulationResult = Schemas['SimulationResult'];
export type Passkey = Schemas['PasskeyView'];
export type PasskeyCeremony = Schemas['PasskeyBegun'];
export type Enrollment = Schemas['TotpBegun'];
export type ConfigChange = Schemas['ConfigChange'];
