namespace LlmStack.Configuration;

/// <summary>Collects every problem of the options, each with its path, the value and what is allowed.</summary>
internal sealed class OptionsProblems
{
    private readonly List<string> _problems = [];

    public IReadOnlyList<string> All => _problems;

    public void Add(string path, object? value, string allowed)
    {
        string shown = value switch
        {
            null => "is missing",
            string text => $"is '{text}'",
            IFormattable number => "is " + number.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
            _ => "is " + value,
        };
        _problems.Add($"{path} {shown}; allowed: {allowed}");
    }

    /// <summary>A problem that is not about one value.</summary>
    public void Say(string path, string problem) => _problems.Add($"{path} {problem}");
}
