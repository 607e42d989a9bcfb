using System.Globalization;

namespace LlmStack.Providers.OpenAI;

/// <summary>What OpenAI's model families accept. One table; everything about a family is a row.</summary>
internal sealed record ModelFamily(string Prefix, int MinVersion, bool Reasoning)
{
    /// <summary>Whether sampling fields are accepted when the effort is <c>none</c>.</summary>
    public bool SamplesWithoutEffort { get; init; }

    /// <summary>Whether <c>stop</c> is accepted.</summary>
    public bool AcceptsStop { get; init; } = true;

    /// <summary>Any model that is no reasoning model.</summary>
    public static readonly ModelFamily Plain = new("", 0, false);

    /// <summary>The first row that fits decides. A version of -1 means the prefix is the whole test.</summary>
    private static readonly ModelFamily[] Rows =
    [
        new("gpt-5-chat", -1, false),
        new("gpt-5.", -1, true) { SamplesWithoutEffort = true, AcceptsStop = false },
        new("gpt-", 5, true) { AcceptsStop = false },
        new("o", 3, true) { AcceptsStop = false },
        new("o", 1, true),
    ];

    /// <summary>Fields that reasoning models refuse.</summary>
    private static readonly string[] Sampling = ["temperature", "top_p", "presence_penalty", "frequency_penalty", "logprobs", "top_logprobs", "logit_bias"];

    public static ModelFamily Of(string model)
    {
        ReadOnlySpan<char> name = model.StartsWith("ft:", StringComparison.Ordinal) ? model.AsSpan(3) : model;
        foreach (ModelFamily row in Rows)
        {
            if (name.StartsWith(row.Prefix, StringComparison.Ordinal) && (row.MinVersion < 0 || VersionAt(name[row.Prefix.Length..]) >= row.MinVersion))
            {
                return row;
            }
        }

        return Plain;
    }

    /// <summary>Whether the family refuses <paramref name="field"/>.</summary>
    public bool Refuses(string field, bool effortIsNone)
    {
        if (!Reasoning)
        {
            return false;
        }

        if (field == "stop")
        {
            return !AcceptsStop;
        }

        return !(SamplesWithoutEffort && effortIsNone) && Array.IndexOf(Sampling, field) >= 0;
    }

    private static int VersionAt(ReadOnlySpan<char> rest)
    {
        int digits = 0;
        while (digits < rest.Length && char.IsAsciiDigit(rest[digits]))
        {
            digits++;
        }

        // "gpt-4o" has a 4, "o1x" no version: letters other than o behind the digits make another name.
        return int.TryParse(rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out int version) ? version : -1;
    }
}
