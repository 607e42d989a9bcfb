namespace LlmStack.Tracing;

/// <summary>Detectors, then the user's functions, over one text.</summary>
internal sealed class TextMasker(SensitiveData kinds, TextMask[] functions)
{
    /// <exception cref="InvalidOperationException">A function returned null.</exception>
    public string Mask(string text, MaskedField field)
    {
        if (kinds != SensitiveData.None)
        {
            text = Detectors.Mask(text, kinds);
        }

        foreach (TextMask function in functions)
        {
            text = function(text, field) ?? throw new InvalidOperationException("A masking function returned null.");
        }

        return text;
    }
}
