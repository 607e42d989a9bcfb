using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Calls;

/// <summary>Images with their route, for which the type has no other place.</summary>
internal sealed class RoutedImageResponse : ImageGenerationResponse
{
    public RoutedImageResponse(ImageGenerationResponse response, CallRoute route)
        : base(response.Contents)
    {
        Usage = response.Usage;
        RawRepresentation = response.RawRepresentation;
        Route = route;
    }

    public CallRoute Route { get; }
}
