using LlmStack.Catalog;
using LlmStack.Providers;
using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Calls;

internal struct ImageOperation(ImageGenerationRequest request, ImageGenerationOptions? options) : ICallOperation<ImageGenerationResponse>
{
    private ImageGenerationRequest _request = request;
    private ImageGenerationOptions? _options = options;

    public readonly LlmOperation Operation => LlmOperation.ImageGeneration;

    public readonly bool Streaming => false;

    public readonly ValueTask<ImageGenerationResponse> InvokeAsync(ProviderEntry provider, CallAttempt attempt, CancellationToken cancellationToken) =>
        provider.Images!.GenerateImagesAsync(attempt.Call, _request, _options, cancellationToken);

    public void Detach()
    {
        _request = new ImageGenerationRequest { Prompt = _request.Prompt, OriginalImages = _request.OriginalImages is null ? null : [.. _request.OriginalImages] };
        _options = _options?.Clone();
    }

    public void Rewrite(FallbackRewrite rewrite) => _options = rewrite.Apply(_options);

    public readonly bool IsEmpty(ImageGenerationResponse result) => result.Contents.Count == 0;

    public readonly ValueTask DiscardAsync(ImageGenerationResponse result) => ValueTask.CompletedTask;

    public readonly void Describe(ImageGenerationResponse result, ref ResultFacts facts) => facts.Usage = WithImages(result);

    public readonly ImageGenerationResponse Attach(ImageGenerationResponse result, CallRoute route) => new RoutedImageResponse(result, route);

    public readonly int EstimateInput(ITokenEstimator estimator) => estimator.EstimateTokens(_request.Prompt!);

    /// <summary>What the provider said was used, and how many images there are: some services bill by the piece, and tell no usage at all.</summary>
    private static UsageDetails? WithImages(ImageGenerationResponse result)
    {
        int images = 0;
        for (int i = 0; i < result.Contents.Count; i++)
        {
            images += result.Contents[i] is DataContent or UriContent ? 1 : 0;
        }

        if (images == 0 || result.Usage?.AdditionalCounts?.ContainsKey(UsageKeys.Images) == true)
        {
            return result.Usage;
        }

        // A copy: the response's own stays as the provider told it.
        var usage = new UsageDetails { AdditionalCounts = new() { [UsageKeys.Images] = images } };
        if (result.Usage is { } told)
        {
            usage.Add(told);
        }

        return usage;
    }
}
