namespace LlmStack.Langfuse;

/// <summary>Brings an environment's name into the form the server would give it, so that both sides show the same.</summary>
internal static class EnvironmentName
{
    private const int MaxLength = 40;
    private const string Reserved = "langfuse";

    /// <summary>Lower case, without leading <c>langfuse-</c> or <c>langfuse_</c>, cut to 40 characters; <c>default</c> when what is left is no valid name; null for null or blank.</summary>
    public static string? Normalize(string? name)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            return null;
        }

        ReadOnlySpan<char> text = name.Trim().ToLowerInvariant();
        while (text.StartsWith(Reserved, StringComparison.Ordinal) && text.Length > Reserved.Length && text[Reserved.Length] is '-' or '_')
        {
            text = text[(Reserved.Length + 1)..];
        }

        if (text.Length > MaxLength)
        {
            text = text[..MaxLength];
        }

        if (text.IsEmpty)
        {
            return "default";
        }

        foreach (char c in text)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c is not ('-' or '_'))
            {
                return "default";
            }
        }

        return text.ToString();
    }
}
