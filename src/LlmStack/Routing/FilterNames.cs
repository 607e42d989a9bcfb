namespace LlmStack.Routing;

/// <summary>The built-in filters' names, in the order in which they run.</summary>
internal static class FilterNames
{
    public const string Operation = "operation";
    public const string Capability = "capability";
    public const string Parameters = "parameters";
    public const string Environment = "environment";
    public const string Permissions = "permissions";
    public const string Region = "region";
    public const string DataPolicy = "data policy";
    public const string Only = "only";
    public const string Ignore = "ignore";
    public const string RequiredTags = "required tags";
    public const string Tags = "tags";
    public const string Drained = "drained";
    public const string ContextWindow = "context window";
    public const string MaxOutput = "max output";
    public const string Price = "price";
    public const string Constraint = "constraint";
    public const string History = "history";
    public const string Cooldown = "cooldown";
    public const string Headroom = "headroom";
    public const string Limits = "limits";
    public const string Budget = "budget";
    public const string Concurrency = "concurrency";
    public const string Probe = "probe";
}
