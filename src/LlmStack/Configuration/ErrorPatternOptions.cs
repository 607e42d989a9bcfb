namespace LlmStack;

/// <summary>
/// What an error answer means whose status and words no built-in rule knows, for instance that a local server found a prompt too long. The
/// first pattern that fits decides, before the built-in rules.
/// </summary>
public sealed class ErrorPatternOptions
{
    /// <summary>Lower is looked at first; equal ones by their id. Default 0.</summary>
    public int Order { get; set; }

    /// <summary>The name of the provider whose errors are meant. Null: every provider's.</summary>
    public string? Provider { get; set; }

    /// <summary>
    /// The HTTP status of the answer, 300 to 599; of an error inside an answer or a stream that began well, its code where that is such a
    /// number. Null: any.
    /// </summary>
    public int? Status { get; set; }

    /// <summary>What the error's message, code or type contains, without regard to case. Null: anything.</summary>
    public string? Contains { get; set; }

    /// <summary>
    /// A regular expression that the error's message, code or type matches, without regard to case. It is run without backtracking, so
    /// references back and looking around are not allowed. Null: anything.
    /// </summary>
    public string? Matches { get; set; }

    /// <summary>The name of the <see cref="LlmErrorKind"/> that it is: one that a provider's answer can mean. Required.</summary>
    public string? Kind { get; set; }
}
