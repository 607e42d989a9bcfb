using System.Globalization;
using System.Text;
using Microsoft.Extensions.AI;

namespace LlmStack.Testing;

/// <summary>What came of one call beside chat: everything that matters of it as text, so that it can be compared with what was sent.</summary>
internal sealed record OperationOutcome(string Content, UsageDetails? Usage)
{
    /// <summary>How many updates of a stream had a piece of the content; 0 for a whole answer.</summary>
    public int Pieces { get; init; }

    public static string Of(IEnumerable<IEnumerable<float>> vectors) => string.Join(" | ", vectors.Select(static vector => string.Join(' ', vector.Select(Text))));

    public static string Of(IEnumerable<RerankResult> results) => string.Join(" | ", results.Select(static result => $"{result.Index}: {Text(result.Score)}"));

    public static string Of(IEnumerable<ModerationResult> results) => string.Join(" | ", results.Select(Of));

    public static string Of(IEnumerable<ReadOnlyMemory<byte>> contents) => string.Join(" | ", contents.Select(static content => Encoding.Latin1.GetString(content.Span)));

    public static string Of(string text, ChatFinishReason? reason) => $"{text} ({reason})";

    private static string Of(ModerationResult result) =>
        (result.Flagged ? "flagged" : "clean") + string.Concat(result.Categories.OrderBy(static category => category.Name, StringComparer.Ordinal).Select(static category =>
            $" {category.Name}={category.Flagged}{(category.Score is { } score ? $" ({Text(score)})" : "")}"));

    private static string Text(float value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);
}
