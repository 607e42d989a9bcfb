using System.Text.RegularExpressions;

namespace LlmStack.Providers;

/// <summary>What an error answer means that is worded in a way only the user knows.</summary>
/// <param name="Provider">Whose errors are meant; null for everybody's.</param>
/// <param name="Status">The status; null for any.</param>
/// <param name="Text">What the message, code or type contains; null for anything.</param>
/// <param name="Expression">What the message, code or type matches; null for anything.</param>
/// <param name="Kind">What it means.</param>
internal sealed record UserErrorPattern(string? Provider, int? Status, string? Text, Regex? Expression, LlmErrorKind Kind)
{
    /// <summary>An expression whose time grows with the text alone, because servers write what it is run over.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    /// <exception cref="NotSupportedException">It needs backtracking.</exception>
    public static Regex Compile(string expression) => new(expression, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.IgnoreCase);

    public bool Fits(string provider, int? status, in ErrorWords words) =>
        (Provider is null || Provider.Equals(provider, StringComparison.OrdinalIgnoreCase))
        && (Status is null || Status == status)
        && ((Text is null && Expression is null) || Has(words.Message) || Has(words.Code) || Has(words.Type) || Has(words.Reason));

    private bool Has(string? words) =>
        words is not null && (Text is null || words.Contains(Text, StringComparison.OrdinalIgnoreCase)) && (Expression is null || Expression.IsMatch(words));
}
