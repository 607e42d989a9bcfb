using System.Net.Http.Headers;

namespace LlmStack.Providers.Gemini.Images;

/// <summary>What an answer says an image is.</summary>
internal static class ImageMediaType
{
    /// <summary>PNG, which the models make by default, for a word that is no kind of image: a content cannot hold it.</summary>
    public static string Of(string? said) =>
        said is not null && said.StartsWith("image/", StringComparison.OrdinalIgnoreCase) && MediaTypeHeaderValue.TryParse(said, out _) ? said : "image/png";
}
