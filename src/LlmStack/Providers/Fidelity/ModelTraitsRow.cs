using System.Globalization;

namespace LlmStack.Providers.Fidelity;

/// <summary>A row of the table: which models of a provider, and their traits.</summary>
/// <param name="Provider">The provider's name in the catalogue.</param>
/// <param name="Models">Patterns with stars, compared without case.</param>
/// <param name="From">The smallest number that stands where the first star of the pattern is; null: any text may.</param>
/// <param name="Traits">The traits.</param>
internal sealed record ModelTraitsRow(string Provider, IReadOnlyList<string> Models, int? From, ModelTraits Traits)
{
    public bool Fits(ReadOnlySpan<char> model)
    {
        for (int i = 0; i < Models.Count; i++)
        {
            ReadOnlySpan<char> pattern = Models[i];
            if (System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(pattern, model, ignoreCase: true)
                && (From is not { } from || VersionAt(model[pattern.IndexOf('*')..]) >= from))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The number at the start: 4 of <c>4o</c>; -1 when there is none.</summary>
    private static int VersionAt(ReadOnlySpan<char> rest)
    {
        int digits = 0;
        while (digits < rest.Length && char.IsAsciiDigit(rest[digits]))
        {
            digits++;
        }

        return int.TryParse(rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out int version) ? version : -1;
    }
}
