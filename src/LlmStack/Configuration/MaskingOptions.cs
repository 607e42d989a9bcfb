using LlmStack.Tracing;

namespace LlmStack;

/// <summary>What is hidden in traces before any sink, queue or file sees them.</summary>
/// <remarks>
/// Detectors and functions run over every text inside the JSON of inputs, outputs and metadata, names of properties included. When one
/// of them fails, the field as a whole is replaced: nothing goes out unmasked.
/// </remarks>
public sealed class MaskingOptions
{
    /// <summary>What the built-in detectors look for. Default none. Each find is replaced by its kind, for instance <c>[EMAIL]</c>.</summary>
    public SensitiveData Detect { get; set; }

    /// <summary>What happens to inputs. Default <see cref="MaskedFieldPolicy.Mask"/>.</summary>
    public MaskedFieldPolicy Input { get; set; }

    /// <summary>What happens to outputs. Default <see cref="MaskedFieldPolicy.Mask"/>.</summary>
    public MaskedFieldPolicy Output { get; set; }

    /// <summary>What happens to the metadata of spans. Default <see cref="MaskedFieldPolicy.Mask"/>.</summary>
    public MaskedFieldPolicy Metadata { get; set; }

    /// <summary>What happens to status messages, which may hold what a provider says about a prompt. Default <see cref="MaskedFieldPolicy.Mask"/>.</summary>
    public MaskedFieldPolicy StatusMessage { get; set; }

    /// <summary>What happens to texts and comments of scores. Default <see cref="MaskedFieldPolicy.Mask"/>.</summary>
    public MaskedFieldPolicy Scores { get; set; }

    /// <summary>
    /// What happens to the labels of a trace: user id, tags and metadata of <see cref="LlmContext"/>. Default
    /// <see cref="MaskedFieldPolicy.Keep"/>: masked, all users whose id is an e-mail address would become one.
    /// </summary>
    public MaskedFieldPolicy Labels { get; set; } = MaskedFieldPolicy.Keep;

    /// <summary>Functions of your own, run after the detectors, in this order. They are called from many threads.</summary>
    public IList<TextMask> Functions { get; } = [];

    /// <summary>Whether anything has to be done.</summary>
    internal bool IsActive => Detect != SensitiveData.None || Functions.Count > 0 || Removes(Input) || Removes(Output) || Removes(Metadata) || Removes(StatusMessage) || Removes(Scores) || Removes(Labels);

    private static bool Removes(MaskedFieldPolicy policy) => policy == MaskedFieldPolicy.Remove;
}
