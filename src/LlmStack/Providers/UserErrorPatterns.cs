using System.Globalization;

namespace LlmStack.Providers;

/// <summary>The users' own patterns of errors, in their order.</summary>
internal sealed class UserErrorPatterns(UserErrorPattern[] patterns)
{
    /// <summary>What the first pattern that fits says; null when none does.</summary>
    public LlmErrorKind? Find(string provider, int? status, in ErrorWords words)
    {
        foreach (UserErrorPattern pattern in patterns)
        {
            if (pattern.Fits(provider, status, words))
            {
                return pattern.Kind;
            }
        }

        return null;
    }

    /// <summary>As <see cref="Find"/>, for an error inside an answer that came with a good status.</summary>
    public LlmErrorKind? FindInBand(string provider, int? status, in ErrorWords words) =>
        Find(provider, int.TryParse(words.Code, NumberStyles.None, CultureInfo.InvariantCulture, out int own) && own is >= 300 and < 600 ? own : status, words);
}
