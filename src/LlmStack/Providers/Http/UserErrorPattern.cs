using System.Text.RegularExpressions;

namespace LlmStack.Providers.Http;

/// <summary>What an error answer means that is worded in a way only the user knows.</summary>
/// <param name="Provider">Whose errors are meant; null for everybody's.</param>
/// <param name="Status">The status; null for any.</param>
/// <param name="Text">What the message, code or type contains; null for anything.</param>
/// <param name="Expression">What the message, code or type matches; null for anything.</param>
/// <param name="Kind">What it means.</param>
internal sealed record UserErrorPattern(string? Provider, int? Status, string? Text, Regex? Expression, LlmErrorKind Kind)
{
    public bool Fits(string provider, int? status, in ErrorBody body) =>
        (Provider is null || Provider.Equals(provider, StringComparison.OrdinalIgnoreCase))
        && (Status is null || Status == status)
        && ((Text is null && Expression is null) || Has(body.Message) || Has(body.Code) || Has(body.Type) || Has(body.Reason));

    private bool Has(string? words) =>
        words is not null && (Text is null || words.Contains(Text, StringComparison.OrdinalIgnoreCase)) && (Expression is null || Expression.IsMatch(words));
}
