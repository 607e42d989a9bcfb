namespace LlmStack.Routing;

/// <summary>The retry table: what was set for each kind of failure.</summary>
internal sealed class ErrorRules
{
    private const int Kinds = (int)LlmErrorKind.Cancelled + 1;

    private readonly ErrorRule[] _rules = new ErrorRule[Kinds];

    /// <summary>Nothing was set.</summary>
    public static ErrorRules None { get; } = new();

    public ErrorRule this[LlmErrorKind kind] => _rules[(int)kind];

    /// <summary>Lays the settings of a narrower place over these.</summary>
    public ErrorRules With(Dictionary<string, ErrorKindOptions> over)
    {
        if (over.Count == 0)
        {
            return this;
        }

        var merged = new ErrorRules();
        _rules.CopyTo(merged._rules, 0);
        foreach ((string name, ErrorKindOptions rule) in over)
        {
            ref ErrorRule own = ref merged._rules[(int)Enum.Parse<LlmErrorKind>(name, ignoreCase: true)];
            own = new ErrorRule(rule.Retries ?? own.Retries, rule.Cool ?? own.Cool, rule.AllowedFailures ?? own.AllowedFailures, rule.FallBack ?? own.FallBack);
        }

        return merged;
    }
}
