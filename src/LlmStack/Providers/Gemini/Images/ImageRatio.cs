using System.Drawing;
using System.Globalization;

namespace LlmStack.Providers.Gemini.Images;

/// <summary>The format has no pixels, only shapes: a size becomes the nearest of them.</summary>
internal readonly record struct ImageRatio(int Width, int Height)
{
    private static readonly ImageRatio[] OfImagen = [new(1, 1), new(3, 4), new(4, 3), new(9, 16), new(16, 9)];

    private static readonly ImageRatio[] OfGemini = [.. OfImagen, new(2, 3), new(3, 2), new(4, 5), new(5, 4), new(21, 9)];

    /// <summary>The shape for a size, which is listed as a change when the size has another one.</summary>
    public static string Of(ProviderCall call, Size size, bool imagen)
    {
        ImageRatio nearest = (imagen ? OfImagen : OfGemini).MinBy(ratio => Math.Abs(Math.Log((double)size.Width / size.Height * ratio.Height / ratio.Width)));
        string text = string.Create(CultureInfo.InvariantCulture, $"{nearest.Width}:{nearest.Height}");
        if ((long)size.Width * nearest.Height != (long)size.Height * nearest.Width)
        {
            call.Report.AddChange(string.Create(CultureInfo.InvariantCulture, $"ImageSize: {size.Width}x{size.Height} is sent as the nearest aspect ratio, {text}"));
        }

        return text;
    }
}
